import type { Message } from '@switchboard/client';
import { useState } from 'react';
import type { MessageFilter } from './message-filter';
import { useMessage } from './use-message';

/** Which messages to keep, and how many. */
export interface UseMessagesOptions extends MessageFilter {
  /** Default 100; older ones are let go. */
  readonly limit?: number | undefined;
}

const DEFAULT_LIMIT = 100;

/** The last messages that fit and came while the component was mounted, the oldest first. */
export function useMessages({ stream, event, limit = DEFAULT_LIMIT }: UseMessagesOptions = {}): readonly Message[] {
  const [messages, setMessages] = useState<readonly Message[]>([]);
  useMessage(
    (message) => {
      setMessages((before) => [...before, message].slice(-limit));
    },
    { stream, event },
  );
  return messages;
}
