import { hotStatement, int4Array, int8Array, textArray, uuidArray, uuidBytes, type HotConnection } from '@switchboard/database';
import type { RowWriter } from './apply-changes';
import type { ConnectionEnding, ConnectionKey, ConnectionRow } from './connection-row';
import type { Lease } from './lease';
import { tellConnected, tellDisconnected } from './lifecycle-events';
import type { Change } from './wanted-state';

// Each insert gives back whether the lease is still this server's: if not, it has written nothing.
const OWN_LEASE = 'own AS MATERIALIZED (SELECT slot, epoch, server_id FROM servers WHERE slot = $1::int AND epoch = $2::int8)';

const SERVER_OF_SLOT = '(SELECT server_id FROM servers WHERE slot = $1::int AND epoch = $2::int8)';

const INSERT_CONNECTIONS = hotStatement(
  'insert_connections',
  `WITH ${OWN_LEASE}, written AS (
     INSERT INTO connections (user_id, id, slot, epoch, device, connected_at, meta)
     SELECT t.user_id, t.id, own.slot, own.epoch, t.device, to_timestamp(t.connected_ms / 1000.0), t.meta::json
     FROM own, unnest($3::text[], $4::uuid[], $5::text[], $6::int8[], $7::text[]) AS t(user_id, id, device, connected_ms, meta)
     ON CONFLICT (user_id, id) DO UPDATE SET slot = EXCLUDED.slot, epoch = EXCLUDED.epoch
     RETURNING user_id, id, device, connected_at, (SELECT server_id FROM own) AS server_id, xmax = 0 AS is_new
   ), told AS (
     ${tellConnected('written', '$8::boolean AND e.is_new')}
   )
   SELECT count(*)::int FROM own`,
);

const DELETE_CONNECTIONS = hotStatement(
  'delete_connections',
  `WITH gone AS (
     DELETE FROM connections c USING unnest($3::text[], $4::uuid[], $5::int4[], $6::text[]) AS t(user_id, id, code, reason)
     WHERE c.user_id = t.user_id AND c.id = t.id AND c.slot = $1::int AND c.epoch = $2::int8
     RETURNING c.user_id, c.id, c.device, nullif(t.code, 0) AS code, t.reason
   )
   ${tellDisconnected('gone', { server: SERVER_OF_SLOT, code: 'e.code', reason: 'e.reason' }, '$7::boolean')}`,
);

const INSERT_CHANNELS = hotStatement(
  'insert_channels',
  `WITH ${OWN_LEASE}, written AS (
     INSERT INTO channel_servers AS x (channel, slot, epoch)
     SELECT t.channel, own.slot, own.epoch FROM own, unnest($3::text[]) AS t(channel)
     ON CONFLICT (channel, slot) DO UPDATE SET epoch = EXCLUDED.epoch WHERE x.epoch < EXCLUDED.epoch
   )
   SELECT count(*)::int FROM own`,
);

const DELETE_CHANNELS = hotStatement(
  'delete_channels',
  `DELETE FROM channel_servers WHERE channel = ANY ($3::text[]) AND slot = $1::int AND epoch = $2::int8`,
);

/**
 * What the row of a connection is to be: there, or not there (`lease` undefined). It is written under the lease that is current when the
 * batch is sent; the one here says when it was wanted, so that it is written again under a new one.
 */
export type WantedConnection =
  | { readonly lease: Lease; readonly row: ConnectionRow }
  | { readonly lease: undefined; readonly row: ConnectionKey; readonly ending?: ConnectionEnding | undefined };

/** As `WantedConnection`, for the row of a channel, which is the key of the change. */
export type WantedChannel = Lease | undefined;

/** Writes rows of `connections`; `tells`: other services are told of them, through the outbox. */
export function connectionWriter(hot: HotConnection, tells: boolean): RowWriter<Change<string, WantedConnection>> {
  return {
    isPresent: ({ value }) => value.lease !== undefined,
    async insert({ slot, epoch }, changes) {
      const rows = changes.flatMap(({ value }) => (value.lease === undefined ? [] : [value.row]));
      const [own] = await hot.query<[number]>(INSERT_CONNECTIONS, [
        slot,
        epoch,
        textArray(rows.map(({ user }) => user)),
        uuidArray(rows.map(({ id }) => uuidBytes(id))),
        textArray(rows.map(({ device }) => device)),
        int8Array(rows.map(({ connectedAtMs }) => connectedAtMs)),
        textArray(rows.map(({ metaJson }) => metaJson)),
        tells,
      ]);
      return own?.[0] === 1;
    },
    async remove({ slot, epoch }, changes) {
      const users = textArray(changes.map(({ value }) => value.row.user));
      const ids = uuidArray(changes.map(({ value }) => uuidBytes(value.row.id)));
      const codes = int4Array(changes.map(({ value }) => endingOf(value)?.code ?? 0));
      const reasons = textArray(changes.map(({ value }) => endingOf(value)?.reason ?? null));
      await hot.query(DELETE_CONNECTIONS, [slot, epoch, users, ids, codes, reasons, tells]);
    },
  };
}

/** Writes rows of `channel_servers`. */
export function channelWriter(hot: HotConnection): RowWriter<Change<string, WantedChannel>> {
  return {
    isPresent: ({ value }) => value !== undefined,
    async insert({ slot, epoch }, changes) {
      const [own] = await hot.query<[number]>(INSERT_CHANNELS, [slot, epoch, textArray(changes.map(({ key }) => key))]);
      return own?.[0] === 1;
    },
    async remove({ slot, epoch }, changes) {
      await hot.query(DELETE_CHANNELS, [slot, epoch, textArray(changes.map(({ key }) => key))]);
    },
  };
}

function endingOf(wanted: WantedConnection): ConnectionEnding | undefined {
  return wanted.lease === undefined ? wanted.ending : undefined;
}
