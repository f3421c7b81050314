/** The key of a stream: `user:<user>`, `channel:<channel>` or `everyone`. */
export type StreamKey = string;

/** Whom a durable message is for. */
export type StreamTarget = { readonly user: string } | { readonly channel: string } | { readonly everyone: true };

/** The stream that every connection follows. */
export const EVERYONE: StreamKey = 'everyone';

const USER_PREFIX = 'user:';
const CHANNEL_PREFIX = 'channel:';
const CONNECTION_PREFIX = 'connection:';

/** The stream of one user, which all of that user's connections follow. */
export function userStream(user: string): StreamKey {
  return USER_PREFIX + user;
}

/** The stream of one channel, which its subscribers follow. */
export function channelStream(channel: string): StreamKey {
  return CHANNEL_PREFIX + channel;
}

/** What the frames of messages to one connection name as their stream. They are ephemeral: there is no log of that name. */
export function connectionStream(id: string): StreamKey {
  return CONNECTION_PREFIX + id;
}

/** The stream that holds the messages for `target`. */
export function streamOf(target: StreamTarget): StreamKey {
  if ('user' in target) return userStream(target.user);
  if ('channel' in target) return channelStream(target.channel);
  return EVERYONE;
}

/** The channel that a stream belongs to; undefined if it is not a channel's. */
export function channelOfStream(stream: StreamKey): string | undefined {
  return stream.startsWith(CHANNEL_PREFIX) ? stream.slice(CHANNEL_PREFIX.length) : undefined;
}

/** The target that `stream` belongs to; undefined if it is not the key of a stream. */
export function targetOf(stream: StreamKey): StreamTarget | undefined {
  if (stream.startsWith(USER_PREFIX)) return { user: stream.slice(USER_PREFIX.length) };
  if (stream.startsWith(CHANNEL_PREFIX)) return { channel: stream.slice(CHANNEL_PREFIX.length) };
  return stream === EVERYONE ? { everyone: true } : undefined;
}
