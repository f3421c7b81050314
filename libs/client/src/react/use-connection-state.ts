import type { ClientState } from '@switchboard/client';
import { useCallback, useSyncExternalStore } from 'react';
import { useSwitchboard } from './provider';

/** What the connection is about; `idle` where a server renders. */
export function useConnectionState(): ClientState {
  const client = useSwitchboard();
  return useSyncExternalStore(
    useCallback((onChange: () => void) => client.on('state', onChange), [client]),
    () => client.state,
    () => 'idle',
  );
}
