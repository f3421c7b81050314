import { BOUNDS, isChannel, isUser, SwitchboardError } from '@switchboard/protocol';

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
