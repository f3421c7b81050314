import type { SwitchboardClient } from '@switchboard/client';
import { createContext, createElement, useContext, useEffect, type ReactElement, type ReactNode } from 'react';

const Context = createContext<SwitchboardClient | undefined>(undefined);

/** What a provider needs. */
export interface SwitchboardProviderProps {
  /** Made outside of the component, or kept in a state: each new client is another connection. */
  readonly client: SwitchboardClient;
  readonly children?: ReactNode;
}

/**
 * Gives `client` to the hooks below it, and keeps it connected while it is mounted. Under StrictMode, which mounts twice, it connects, closes
 * and connects again. A refusal is told by the events of the client, and by useConnectionState as `closed`.
 */
export function SwitchboardProvider({ client, children }: SwitchboardProviderProps): ReactElement {
  useEffect(() => {
    // What rejects this is told as an event, too.
    client.connect().catch(() => undefined);
    return () => {
      client.close();
    };
  }, [client]);
  return createElement(Context.Provider, { value: client }, children);
}

/** The client of the provider above. Throws where there is none. */
export function useSwitchboard(): SwitchboardClient {
  const client = useContext(Context);
  if (!client) throw new Error('There is no SwitchboardProvider above this component.');
  return client;
}
