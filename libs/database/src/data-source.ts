import type { Client } from 'pg';
import { DataSource, type EntityTarget, type ObjectLiteral } from 'typeorm';
import { migrations } from './migrations';
import { KEEP_ALIVE, READ_MARGIN_MS } from './patience';

/** What a data source needs. */
export interface DataSourceSettings {
  /** postgres://… */
  readonly url: string;
  readonly entities: readonly EntityTarget<ObjectLiteral>[];
  /** The most connections; default 5. */
  readonly poolSize?: number;
  /** How long a statement waits for a connection; default 5 s. */
  readonly connectTimeoutMs?: number;
  /**
   * How long the server works on a statement before it cancels it; a second later an answer is no longer waited for. Absent: without bound,
   * as migrations need it.
   */
  readonly statementTimeoutMs?: number;
}

const DEFAULT_POOL_SIZE = 5;
const DEFAULT_CONNECT_TIMEOUT_MS = 5_000;

/** The TypeORM data source for entities, migrations and rare queries; hot statements have a HotPool. Not yet connected. */
export function createDataSource({
  url,
  entities,
  poolSize = DEFAULT_POOL_SIZE,
  connectTimeoutMs = DEFAULT_CONNECT_TIMEOUT_MS,
  statementTimeoutMs,
}: DataSourceSettings): DataSource {
  return new DataSource({
    type: 'postgres',
    url,
    entities: entities as NonNullable<ConstructorParameters<typeof DataSource>[0]['entities']>,
    migrations,
    synchronize: false,
    poolSize,
    connectTimeoutMS: connectTimeoutMs,
    applicationName: 'switchboard-entities',
    extra: { ...KEEP_ALIVE, ...(statementTimeoutMs === undefined ? {} : timeouts(statementTimeoutMs)) },
  });
}

/** Options of pg's pool. */
function timeouts(statementTimeoutMs: number): object {
  return { statement_timeout: statementTimeoutMs, query_timeout: statementTimeoutMs + READ_MARGIN_MS, onConnect: endWhenSilent };
}

/**
 * Ends a connection on which a statement got no answer: TypeORM would give it back to the pool, and whoever gets it next would wait in
 * vain for as long.
 */
function endWhenSilent(client: Client): void {
  const query = client.query.bind(client) as (...parameters: unknown[]) => unknown;
  const endingQuery = (...parameters: unknown[]): unknown => {
    const result = query(...parameters);
    if (result instanceof Promise) {
      result.catch((error: unknown) => {
        if (error instanceof Error && error.message === 'Query read timeout') void client.end();
      });
    }
    return result;
  };
  client.query = endingQuery as Client['query'];
}
