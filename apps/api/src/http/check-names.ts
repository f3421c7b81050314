import { BOUNDS, isChannel, isServerId, isUser, SwitchboardError } from '@switchboard/protocol';

/** Checks a user in a path, decoded. @throws SwitchboardError `invalid_path` */
export function checkUser(user: string): void {
  if (isUser(user)) return;
  throw new SwitchboardError('invalid_path', `A user is 1–${String(BOUNDS.userBytes)} bytes of UTF-8 without control characters.`);
}

/** Checks a channel in a path, decoded. @throws SwitchboardError `invalid_path` */
export function checkChannel(channel: string): void {
  if (isChannel(channel)) return;
  throw new SwitchboardError('invalid_path', `A channel is 1–${String(BOUNDS.channelBytes)} of [A-Za-z0-9._:@~-].`);
}

/** Checks the id of a server in a path or query, decoded. @throws SwitchboardError `invalid_path` */
export function checkServer(server: string): void {
  if (isServerId(server)) return;
  throw new SwitchboardError(
    'invalid_path',
    `The id of a server is 1–${String(BOUNDS.serverIdChars)} characters without control characters.`,
  );
}
