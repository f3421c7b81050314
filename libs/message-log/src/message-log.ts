import { isUtf8 } from 'node:buffer';
import { Batcher, runSplit, type HotPool } from '@switchboard/database';
import type { messageLogSettings, SettingsOf } from '@switchboard/config';
import { SwitchboardError } from '@switchboard/protocol';
import type { MessageReference } from '@switchboard/protocol/events';
import { acknowledge, type Acknowledgement } from './acknowledge';
import { appendKeyed } from './append-keyed';
import { appendMessages, type AppendItem } from './append-messages';
import { devicesOf, forgetDevices, trimDevices, type DeviceCursor } from './devices';
import { findMessage, type MessageRecord } from './find-message';
import { findStarts } from './find-starts';
import { forgetKeys } from './forget-keys';
import { checkIncarnation } from './incarnation';
import { appendError, readError } from './log-errors';
import type { LogPage } from './log-page';
import type { AppendedMessage, NewMessage } from './new-message';
import { readHeads, type CurrentHead, type SeenHead } from './read-heads';
import { readPages, type PageBounds, type PageRequest } from './read-pages';
import { recallMessage } from './recall-message';
import type { StartPosition, StreamStart } from './stream-start';
import { uuidV7 } from './uuid-v7';

/** The settings of the log. */
export interface MessageLogSettings extends SettingsOf<typeof messageLogSettings> {
  /** What other services are told of; absent: nothing. */
  readonly publishedEvents?: readonly string[] | undefined;
}

/** More connections gain no throughput and cost CPU. */
const STATEMENTS_IN_FLIGHT = 2;
/** The connections whose streams one statement finds the starts of. */
const STARTS_BATCH = 100;
/** How often a message with an idempotency key is appended while the outcome is unknown, and how long it waits after the first time. */
const MOST_TRIES = 4;
const SECOND_MS = 1_000;
const TRY_AGAIN_MS = 100;

/**
 * The ordered log of each stream. A number is visible only once all below it are; none is left out, except where a new incarnation of the
 * log begins.
 *
 * Every method throws SwitchboardError: `overloaded` (too much waits), `unavailable` (the database is away; nothing was done), `internal`.
 */
export class MessageLog {
  private readonly appends: Batcher<AppendItem, AppendedMessage>;
  private readonly reads: Batcher<PageRequest, LogPage>;
  private readonly startSearches: Batcher<readonly StreamStart[], readonly StartPosition[]>;

  constructor(
    private readonly pool: HotPool,
    private readonly settings: MessageLogSettings,
  ) {
    pool.onConnect(checkIncarnation);
    const reading = { concurrency: STATEMENTS_IN_FLIGHT, maxQueued: settings.mostQueuedReads, lingerMs: settings.readLingerMs };
    this.appends = new Batcher({
      run: (items) => splitOrErrors(items, (some) => this.runAppends(some), appendError),
      maxBatch: settings.appendBatch,
      concurrency: STATEMENTS_IN_FLIGHT,
      maxQueued: settings.mostQueuedAppends,
      lingerMs: settings.appendLingerMs,
      keyOf: ({ stream }) => stream,
    });
    this.reads = new Batcher({ ...reading, run: (requests) => this.runReads(requests), maxBatch: settings.readBatch });
    this.startSearches = new Batcher({ ...reading, run: (calls) => this.runStartSearches(calls), maxBatch: STARTS_BATCH });
  }

  /**
   * Commits a message. Those that one process appends to one stream get their numbers in the order of the calls, and their promises
   * resolve in that order: a stream is in one batch at a time. Without an idempotency key it never repeats anything by itself; with one it
   * tries again if the outcome is unknown, and a message that an earlier call committed under the key is answered as it was then.
   * @throws SwitchboardError `outcome_unknown` if the connection broke before the answer: it may or may not have been committed;
   * `idempotency_conflict` if the key stands for another message; `invalid_field` if it is to be kept for longer than anything may be; `internal` if the content is not UTF-8 or has a NUL
   */
  async append({ stream, content, ttlMs, idempotency }: NewMessage): Promise<AppendedMessage> {
    if (!isUtf8(content) || content.includes(0)) throw new SwitchboardError('internal', 'the content is not UTF-8 without NUL');
    if (ttlMs !== undefined && !(Number.isSafeInteger(ttlMs) && ttlMs >= 1))
      throw new SwitchboardError('internal', 'the time to live is not a whole number from 1');
    const { maxTtlMs, defaultTtlMs } = this.settings;
    if (ttlMs !== undefined && ttlMs > maxTtlMs)
      throw new SwitchboardError('invalid_field', `ttlSeconds: at most ${String(Math.floor(maxTtlMs / SECOND_MS))} are allowed`);
    const item = { stream, content, ttlMs: Math.min(ttlMs ?? defaultTtlMs, maxTtlMs), uuid: uuidV7(Date.now()), idempotency };
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.appends.add(item);
      } catch (error) {
        const failure = error instanceof SwitchboardError ? error : appendError(error);
        if (failure.code !== 'outcome_unknown' || idempotency === undefined || tries === MOST_TRIES) throw failure;
        await new Promise((resolve) => setTimeout(resolve, TRY_AGAIN_MS * tries));
      }
    }
  }

  /** What a stream holds behind `after`, limited in rows and bytes. Read no earlier than this call. */
  readPage(request: PageRequest): Promise<LogPage> {
    return orReadError(this.reads.add(request));
  }

  /** As `readPage`, with bounds of the caller's own, by a statement of its own. */
  async read(request: PageRequest, bounds: PageBounds): Promise<LogPage> {
    const [page] = await orReadError(readPages(this.pool, [request], bounds));
    if (page === undefined) throw new SwitchboardError('internal');
    return page;
  }

  /** What is known of a message; undefined if there is none. */
  find(reference: MessageReference): Promise<MessageRecord | undefined> {
    return orReadError(findMessage(this.pool, reference));
  }

  /** Takes a message back: no read that begins after it resolves returns it. Says whether there is such a message. */
  recall(reference: MessageReference): Promise<boolean> {
    return orReadError(recallMessage(this.pool, reference));
  }

  /** The heads that differ from what was seen, in any order, by one statement: hand over some thousands at a time. */
  async heads(seen: readonly SeenHead[]): Promise<readonly CurrentHead[]> {
    return seen.length === 0 ? [] : orReadError(readHeads(this.pool, seen));
  }

  /** Where the subscriptions of one connection begin, in their order. */
  async starts(requests: readonly StreamStart[]): Promise<readonly StartPosition[]> {
    return requests.length === 0 ? [] : orReadError(this.startSearches.add(requests));
  }

  /** Deletes the idempotency keys whose 24 hours are over; says how many. */
  forgetKeys(): Promise<number> {
    return orReadError(forgetKeys(this.pool));
  }

  /** The devices of a user with their cursors, the one that was seen last first. */
  devices(user: string): Promise<readonly DeviceCursor[]> {
    return orReadError(devicesOf(this.pool, user));
  }

  /** Keeps acknowledgements, by one statement; one below what is kept changes nothing. @throws HotQueryError; repeating does no harm */
  acknowledge(acknowledgements: readonly Acknowledgement[]): Promise<void> {
    return acknowledge(this.pool, acknowledgements, this.settings.publishedEvents?.includes('receipts') === true);
  }

  /** Forgets devices that have been idle for too long; says how many. */
  forgetDevices(): Promise<number> {
    return orReadError(forgetDevices(this.pool, this.settings.deviceIdleMs));
  }

  /** Resolves once nothing waits to be appended or read. */
  async idle(): Promise<void> {
    await Promise.all([this.appends.idle(), this.reads.idle(), this.startSearches.idle()]);
  }

  /** A batch without keys costs less by the statement that knows none. */
  private runAppends(items: readonly AppendItem[]): Promise<readonly (AppendedMessage | Error)[]> {
    return items.some(({ idempotency }) => idempotency !== undefined) ? appendKeyed(this.pool, items) : appendMessages(this.pool, items);
  }

  private runReads(requests: readonly PageRequest[]): Promise<readonly (LogPage | Error)[]> {
    const { pageRows, pageBytes, readBytes } = this.settings;
    const bounds = { rows: pageRows, bytes: Math.min(pageBytes, Math.floor(readBytes / requests.length)) };
    return splitOrErrors(requests, (some) => readPages(this.pool, some, bounds), readError);
  }

  private runStartSearches(calls: readonly (readonly StreamStart[])[]): Promise<readonly (readonly StartPosition[] | Error)[]> {
    const run = async (some: readonly (readonly StreamStart[])[]): Promise<(readonly StartPosition[])[]> => {
      const { positions, usersOfNewDevices } = await findStarts(this.pool, some.flat());
      // Nobody has to wait until there are no more devices than there may be; should it fail, the next new device sees to it.
      if (usersOfNewDevices.length > 0) trimDevices(this.pool, usersOfNewDevices, this.settings.mostDevices).catch(() => undefined);
      let end = 0;
      return some.map(({ length }) => positions.slice(end, (end += length)));
    };
    return splitOrErrors(calls, run, readError);
  }
}

/** Runs a batch so that a bad item fails alone, with the errors that callers are told. */
async function splitOrErrors<Item, Result>(
  items: readonly Item[],
  run: (items: readonly Item[]) => Promise<readonly (Result | Error)[]>,
  toError: (error: unknown) => SwitchboardError,
): Promise<readonly (Result | Error)[]> {
  const results = await runSplit(items, run);
  return results.map((result) => (result instanceof Error && !(result instanceof SwitchboardError) ? toError(result) : result));
}

async function orReadError<Result>(result: Promise<Result>): Promise<Result> {
  try {
    return await result;
  } catch (error) {
    throw error instanceof SwitchboardError ? error : readError(error);
  }
}
