import type { EventEmitter } from 'node:events';
import { Pool, TypeOverrides, types, type PoolClient } from 'pg';
import { HotQueryError } from './hot-query-error';
import type { HotStatement } from './hot-statement';
import { KEEP_ALIVE, READ_MARGIN_MS } from './patience';

/** How a hot pool connects. */
export interface HotPoolOptions {
  /** postgres://… */
  readonly url: string;
  /** What pg_stat_activity shows. */
  readonly applicationName: string;
  /** The most connections; as many as all batchers that use the pool have batches in flight. */
  readonly connections: number;
  /** How long a statement waits for a connection. */
  readonly connectTimeoutMs: number;
  /** How long the server works on a statement before it cancels it. */
  readonly statementTimeoutMs: number;
  /** How much longer an answer is waited for, so that this decides only when the server or the network is silent; default 1 s. */
  readonly readMarginMs?: number;
  /** Hears of connections that broke while they were idle; they are replaced when they are needed. */
  readonly onIdleError?: (error: Error) => void;
}

/** What can run a hot statement. */
export interface HotConnection {
  /** Rows are arrays, in the order of the statement's columns; int8 comes as a number. @throws HotQueryError */
  query<Row extends readonly unknown[]>(statement: HotStatement, values: readonly unknown[]): Promise<Row[]>;
}

/** Connections stay: each has prepared its statements, which costs several milliseconds. */
const IDLE_TIMEOUT_MS = 10 * 60_000;

/**
 * The planner must not choose a plan by the size that tables had at the moment of planning: a statement planned on an empty table would
 * keep its sequential scan. JIT never pays for statements of a millisecond.
 */
const SESSION_SETTINGS = '-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c jit=off';

/** Numbers of this database stay below 2^53; as strings they would only be parsed again. */
const numbersForInt8 = new TypeOverrides();
numbersForInt8.setTypeParser(types.builtins.INT8, Number);

/**
 * A few long-lived connections for hot statements, apart from TypeORM's, so that a slow query of an administrator never takes an append's
 * connection. Needs session pooling if there is a pooler in between.
 */
export class HotPool implements HotConnection {
  private readonly pool: Pool;
  private readonly hooks: ((connection: HotConnection) => Promise<void>)[] = [];
  /** The clients whose last statement has been reported complete; its commit may still be under way. */
  private readonly complete = new WeakSet<PoolClient>();
  private hasConnected = false;

  constructor({
    url,
    applicationName,
    connections,
    connectTimeoutMs,
    statementTimeoutMs,
    readMarginMs = READ_MARGIN_MS,
    onIdleError,
  }: HotPoolOptions) {
    const timeout = String(statementTimeoutMs);
    const timeouts = `-c statement_timeout=${timeout} -c idle_in_transaction_session_timeout=${timeout}`;
    this.pool = new Pool({
      connectionString: withOptions(url, `${SESSION_SETTINGS} ${timeouts}`),
      application_name: applicationName,
      max: connections,
      connectionTimeoutMillis: connectTimeoutMs,
      idleTimeoutMillis: IDLE_TIMEOUT_MS,
      query_timeout: statementTimeoutMs + readMarginMs,
      ...KEEP_ALIVE,
      types: numbersForInt8,
      // eslint-disable-next-line @typescript-eslint/no-misused-promises -- the pool waits for it, though its types do not say so
      onConnect: (client) => this.runHooks(client as PoolClient),
    });
    this.pool.on('error', (error) => onIdleError?.(error));
    // While a client is checked out the pool does not listen, and an error between two statements would end the process. The next
    // statement fails by itself then.
    this.pool.on('connect', (client) => {
      client.on('error', () => undefined);
      connectionOf(client).on('commandComplete', () => this.complete.add(client));
    });
  }

  /**
   * Adds a check that each connection must pass before any statement runs on it; if it rejects, the connection is closed and the statement
   * fails as `not_sent`.
   * @throws Error if a connection has been opened already
   */
  onConnect(hook: (connection: HotConnection) => Promise<void>): void {
    if (this.hasConnected) throw new Error('a hook must be added before the first statement');
    this.hooks.push(hook);
  }

  async query<Row extends readonly unknown[]>(statement: HotStatement, values: readonly unknown[]): Promise<Row[]> {
    this.hasConnected = true;
    const client = await this.connect();
    this.complete.delete(client);
    try {
      const rows = await run<Row>(client, statement, values);
      client.release();
      return rows;
    } catch (error) {
      const failure = HotQueryError.ofSentStatement(error, this.complete.has(client));
      client.release(failure.endsSession);
      throw failure;
    }
  }

  /** Closes all connections; statements under way are waited for. */
  end(): Promise<void> {
    return this.pool.end();
  }

  private async connect(): Promise<PoolClient> {
    try {
      return await this.pool.connect();
    } catch (error) {
      throw new HotQueryError('not_sent', undefined, error);
    }
  }

  private async runHooks(client: PoolClient): Promise<void> {
    const connection: HotConnection = { query: (statement, values) => run(client, statement, values) };
    for (const hook of this.hooks) await hook(connection);
  }
}

async function run<Row extends readonly unknown[]>(
  client: PoolClient,
  { name, text }: HotStatement,
  values: readonly unknown[],
): Promise<Row[]> {
  const { rows } = await client.query<never[]>({ name, text, values: [...values], rowMode: 'array' });
  return rows as unknown as Row[];
}

/** The protocol's messages, which pg tells of nowhere else. */
function connectionOf(client: PoolClient): EventEmitter {
  return (client as unknown as { readonly connection: EventEmitter }).connection;
}

/** pg lets the url's own `options` replace those of the configuration, so both go into the url. */
function withOptions(url: string, options: string): string {
  const parsed = new URL(url);
  parsed.searchParams.set('options', [parsed.searchParams.get('options'), options].filter(Boolean).join(' '));
  return parsed.toString();
}
