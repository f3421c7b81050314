import type { Message } from '@switchboard/client';

/** Which messages a hook is about; what is left out does not matter. */
export interface MessageFilter {
  /** `user:<user>`, `channel:<channel>` or `everyone`. */
  readonly stream?: string | undefined;
  readonly event?: string | undefined;
}

/** Whether `message` is one that the filter is about. */
export function fits(message: Message, { stream, event }: MessageFilter): boolean {
  return (stream === undefined || message.stream === stream) && (event === undefined || message.event === event);
}
