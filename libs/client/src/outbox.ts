import type { ErrorFrame, OkFrame, ReadyFrame } from '@switchboard/protocol';
import { Alarm } from './alarm';
import { Backoff, type BackoffBounds } from './backoff';
import { ClientError, clientError } from './client-error';
import type { Clock } from './clock';
import { Deferred, rejected } from './deferred';
import type { SendRequest, SentMessage } from './send-request';

/** What the outbox needs of the client. */
export interface OutboxContext {
  readonly clock: Clock;
  readonly backoff: BackoffBounds;
  nextId(): number;
  /** The active connection; undefined if there is none. */
  ready(): ReadyFrame | undefined;
  sendText(frame: string): void;
}

interface Entry {
  readonly request: SendRequest;
  readonly answer: Deferred<SentMessage>;
  readonly timeout: Alarm;
  /** Of the frame that waits for an answer. */
  id: number | undefined;
}

// More than a person types and a little less than what a page can loop up: beyond it, the application is told to wait for answers.
const MAX_ENTRIES = 1_000;

// Few enough that a burst does not look like an attack to a server, many enough that a round trip is not what limits it.
const MAX_UNANSWERED = 16;

/**
 * The messages that this client sends, in the order of the calls. A message is
 *
 * | it is | until |
 * |---|---|
 * | waiting | a connection is ready, fewer than 16 messages are unanswered, and the outbox does not rest: sent |
 * | sent | ok: done · refused: failed · a durable one on a lost connection: waiting · an ephemeral one: failed, `outcome_unknown` |
 * | sent, a durable one | an error that is `retryable`: waiting, and the outbox rests, by backoff and at least as long as the server asks |
 *
 * and at any moment `timed_out`, or given up. Since durable messages have idempotency keys, sending one again does not double it.
 */
export class Outbox {
  readonly #context: OutboxContext;
  readonly #entries = new Set<Entry>();
  readonly #backoff: Backoff;
  readonly #rest: Alarm;

  constructor(context: OutboxContext) {
    this.#context = context;
    this.#backoff = new Backoff(context.backoff);
    this.#rest = new Alarm(context.clock);
  }

  /** Resolves once the server has accepted it. Rejects with a ClientError, or with the reason of `signal`. */
  send(request: SendRequest, timeoutMs: number, signal: AbortSignal | undefined): Promise<SentMessage> {
    if (signal?.aborted) return rejected(signal.reason as Error);
    if (this.#entries.size >= MAX_ENTRIES) return rejected(clientError('too_many_sends'));
    if (!request.isDurable && !this.#context.ready()) return rejected(clientError('not_connected'));
    const { clock } = this.#context;
    const entry: Entry = {
      request,
      answer: new Deferred(),
      timeout: new Alarm(clock),
      id: undefined,
    };
    this.#entries.add(entry);
    entry.timeout.set(timeoutMs, () => {
      this.#fail(entry, clientError('timed_out'));
    });
    const abort = (): void => {
      this.#fail(entry, signal?.reason as Error);
    };
    signal?.addEventListener('abort', abort);
    void entry.answer.promise.finally(() => signal?.removeEventListener('abort', abort)).catch(() => undefined);
    this.#pump();
    return entry.answer.promise;
  }

  /** A connection is ready. What the one before left unanswered is sent again. */
  onReady(): void {
    this.#rest.clear();
    this.onLost();
    this.#pump();
  }

  onOk({ id, messageId, stream, seq, time }: OkFrame): void {
    const entry = this.#unanswered(id);
    if (!entry) return;
    this.#end(entry);
    this.#backoff.reset();
    if (messageId === undefined || stream === undefined || time === undefined) entry.answer.reject(clientError('bad_server_frame'));
    else entry.answer.resolve({ messageId, stream, ...(seq === undefined ? {} : { seq }), time });
    this.#pump();
  }

  onError({ id, code, retryable, retryAfterMs = 0 }: ErrorFrame, error: ClientError): void {
    const entry = id === undefined ? undefined : this.#unanswered(id);
    const isAboutFrames = id === undefined && code === 'rate_limited';
    // What comes behind would be refused, too, and count against this client.
    if (isAboutFrames || (entry && retryable)) this.#restAWhile(retryAfterMs);
    if (!entry) return;
    if (retryable && entry.request.isDurable) entry.id = undefined;
    else this.#fail(entry, error);
    this.#pump();
  }

  /** The connection is gone. */
  onLost(): void {
    for (const entry of this.#entries) {
      if (entry.id === undefined) continue;
      entry.id = undefined;
      if (!entry.request.isDurable) this.#fail(entry, new ClientError('outcome_unknown', LOST, { retryable: false }));
    }
  }

  /** No connection will come. */
  onClosed(error: ClientError): void {
    this.#rest.clear();
    for (const entry of this.#entries) this.#fail(entry, error);
  }

  #restAWhile(atLeastMs: number): void {
    // The messages of one burst are refused one by one: that is one failure.
    if (this.#rest.isSet) return;
    this.#rest.set(atLeastMs + this.#backoff.nextMs(), () => {
      this.#pump();
    });
  }

  #pump(): void {
    const ready = this.#context.ready();
    if (!ready || this.#rest.isSet) return;
    let unanswered = 0;
    for (const { id } of this.#entries) unanswered += id === undefined ? 0 : 1;
    for (const entry of this.#entries) {
      if (unanswered >= MAX_UNANSWERED) return;
      if (entry.id !== undefined) continue;
      const id = this.#context.nextId();
      const frame = `{"type":"send","id":${String(id)},${entry.request.frameTail}`;
      // A frame over the limit would not be answered: it would cost the connection.
      if (new TextEncoder().encode(frame).length > ready.limits.frameBytes) {
        this.#fail(entry, new ClientError('too_large', `A frame may have ${String(ready.limits.frameBytes)} bytes.`, { retryable: false }));
        continue;
      }
      entry.id = id;
      unanswered += 1;
      this.#context.sendText(frame);
    }
  }

  #unanswered(id: number): Entry | undefined {
    for (const entry of this.#entries) {
      if (entry.id === id) return entry;
    }
    return undefined;
  }

  #fail(entry: Entry, error: Error): void {
    this.#end(entry);
    entry.answer.reject(error);
  }

  #end(entry: Entry): void {
    entry.timeout.clear();
    this.#entries.delete(entry);
  }
}

const LOST = 'The connection was lost before the server had answered; an ephemeral message is not sent twice.';
