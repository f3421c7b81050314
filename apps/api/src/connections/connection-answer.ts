import { type LiveConnection } from '@switchboard/registry';

/** A connection in an answer. */
export interface ConnectionAnswer {
  readonly id: string;
  readonly user: string;
  readonly server: string;
  readonly device?: string;
  /** RFC 3339. */
  readonly connectedAt: string;
  readonly meta?: Readonly<Record<string, unknown>>;
}

/** A connection as services are told of it. */
export function connectionAnswer({ id, user, server, device, connectedAt, meta }: LiveConnection): ConnectionAnswer {
  return {
    id,
    user,
    server,
    ...(device === undefined ? {} : { device }),
    connectedAt: connectedAt.toISOString(),
    ...(meta === undefined ? {} : { meta }),
  };
}
