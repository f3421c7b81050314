import type { SwitchboardClient } from '@switchboard/client';
import { useEffect } from 'react';
import { useSwitchboard } from './provider';

// How many components follow each channel: the first one subscribes, the last one unsubscribes.
const followers = new WeakMap<SwitchboardClient, Map<string, number>>();

/**
 * Follows a channel while the component is mounted; several components may follow one channel. The client must not be told to follow or to
 * leave it elsewhere. What the server refuses is told by the client's `error` event.
 */
export function useSubscription(channel: string): void {
  const client = useSwitchboard();
  useEffect(() => {
    const counts = followers.get(client) ?? new Map<string, number>();
    followers.set(client, counts);
    const change = (by: number): number => {
      const count = (counts.get(channel) ?? 0) + by;
      counts.set(channel, count);
      if (count === 0) counts.delete(channel);
      return count;
    };
    // Looked at when effects have settled: StrictMode, and a page that swaps components, leave and follow in one breath.
    const settle = (): void => {
      queueMicrotask(() => {
        if (counts.has(channel)) client.subscribe(channel).catch(() => undefined);
        else client.unsubscribe(channel).catch(() => undefined);
      });
    };
    if (change(1) === 1) settle();
    return () => {
      if (change(-1) === 0) settle();
    };
  }, [client, channel]);
}
