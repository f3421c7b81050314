import type { Message } from '@switchboard/client';
import { useEffect, useRef } from 'react';
import { fits, type MessageFilter } from './message-filter';
import { useSwitchboard } from './provider';

/**
 * Calls `listener` on each message that fits while the component is mounted; always the listener of the latest render, so it need not be
 * memoised. A promise that it returns is waited for before the message is acknowledged.
 */
export function useMessage(listener: (message: Message) => unknown, { stream, event }: MessageFilter = {}): void {
  const client = useSwitchboard();
  const latest = useRef(listener);
  useEffect(() => {
    latest.current = listener;
  });
  useEffect(
    () => client.on('message', (message) => (fits(message, { stream, event }) ? latest.current(message) : undefined)),
    [client, stream, event],
  );
}
