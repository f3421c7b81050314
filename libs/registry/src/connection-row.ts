/** A connection as it is registered. */
export interface RegisteredConnection {
  /** A UUID, made by this server. */
  readonly id: string;
  readonly user: string;
  readonly device?: string | undefined;
  /** When it connected, in milliseconds since 1970; absent: now. */
  readonly connectedAtMs?: number | undefined;
  /** What the token said of it; must be printable as JSON. */
  readonly meta?: Readonly<Record<string, unknown>> | undefined;
}

/** What names the row of a connection. */
export type ConnectionKey = Pick<RegisteredConnection, 'id' | 'user'>;

/** How a connection ended, for those who are told of it. */
export interface ConnectionEnding {
  /** The close code (RFC 6455; our own from 4000 on); 1006 if the client was just gone. */
  readonly code: number;
  /** In a few words. */
  readonly reason: string;
}

/** The row of a connection, in the form that a batch of them is sent in. */
export interface ConnectionRow extends ConnectionKey {
  readonly device: string | null;
  readonly connectedAtMs: number;
  readonly metaJson: string | null;
}

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** Whether a text can be the id of a connection: a UUID. */
export function isConnectionId(id: string): boolean {
  return UUID.test(id);
}

/**
 * Prepares a row before it joins a batch, where a fault of one would be a fault of all.
 * @throws TypeError if the id is no UUID, or `meta` cannot be printed
 */
export function connectionRow({ id, user, device, connectedAtMs, meta }: RegisteredConnection): ConnectionRow {
  return {
    ...connectionKey({ id, user }),
    device: device ?? null,
    connectedAtMs: Math.round(connectedAtMs ?? Date.now()),
    metaJson: meta === undefined ? null : JSON.stringify(meta),
  };
}

/** The key of a row, checked likewise. @throws TypeError if the id is no UUID */
export function connectionKey({ id, user }: ConnectionKey): ConnectionKey {
  if (!isConnectionId(id)) throw new TypeError('the id of a connection must be a UUID');
  return { id, user };
}
