import type { MessageContent } from './content';
import type { StreamKey } from '../stream-key';

/** What a message frame is made of. */
export interface MessageParts {
  readonly stream: StreamKey;
  /** Absent: the message is ephemeral. */
  readonly seq?: number;
  readonly id: string;
  readonly timeMs: number;
  readonly content: MessageContent;
}

/** The text of a message's frame: `type` first, `data` last, the content's bytes untouched. */
export function encodeMessageFrame({ stream, seq, id, timeMs, content }: MessageParts): Buffer {
  const time = new Date(timeMs).toISOString();
  const place = seq === undefined ? '' : `"seq":${String(seq)},"after":${String(seq - 1)},`;
  const head = `{"type":"message","stream":${JSON.stringify(stream)},${place}"id":"${id}","time":"${time}",`;
  return Buffer.concat([Buffer.from(head), content]);
}
