import { SwitchboardError, targetOf, isChannel, isUser } from '@switchboard/protocol';
import { decodeMessageId, encodeMessageId, type MessageReference } from '@switchboard/protocol/events';

/** The message that an id in a path names. @throws SwitchboardError `not_found` if it is the id of no message that could be */
export function messageReference(id: string): MessageReference {
  const reference = decodeMessageId(id);
  if (reference === undefined || encodeMessageId(reference) !== id || !Number.isSafeInteger(reference.seq) || !isStream(reference.stream))
    throw noSuchMessage();
  return reference;
}

/** The error for an id that names no message. */
export function noSuchMessage(): SwitchboardError {
  return new SwitchboardError('not_found', 'There is no such message.');
}

function isStream(stream: string): boolean {
  const target = targetOf(stream);
  if (target === undefined) return false;
  if ('user' in target) return isUser(target.user);
  return 'everyone' in target || isChannel(target.channel);
}
