import { userStream, type ErrorFrame, type HelloFrame, type ReadyFrame, type ServerFrame, type StreamKey } from '@switchboard/protocol';
import { abortable } from './abort';
import { Acknowledgements } from './acknowledgements';
import { ClientError, clientError } from './client-error';
import { systemClock } from './clock';
import { Deferred, rejected } from './deferred';
import { Delivery } from './delivery';
import { Emitter, type Listener, type ListenOptions } from './emitter';
import type { ClientEvents, ClientState, Message, StateChange } from './events';
import { Link } from './link';
import { MessageQueue } from './message-queue';
import { durationMs, resolveOptions, type ClientOptions, type ResolvedOptions } from './options';
import { Outbox } from './outbox';
import { platformPage, watchPage } from './page';
import { sendRequest, type SendOptions, type SendTarget, type SentMessage } from './send-request';
import { StoredPositions } from './stored-positions';
import { Subscriptions, type Subscription } from './subscriptions';
import { readTokenClaims } from './token-claims';
import { TokenRenewal } from './token-renewal';

const NORMAL_CLOSURE = 1000;
const SEND_TIMEOUT_MS = 30_000;

/** Lets go of a call. */
export interface CallOptions {
  /** Rejects the call with the reason of the signal when it aborts. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Receives a user's messages and keeps the connection alive.
 *
 * ```ts
 * const client = new SwitchboardClient({ url: 'wss://switchboard.example/v1/connect', token: () => fetchToken() });
 * client.on('message', (message) => console.log(message.stream, message.data));
 * await client.connect();
 * ```
 *
 * Durable messages of one stream come in order, none twice, and none left out but those that a `gap` event tells of, as long as this object
 * lives. Another one goes on where this one was: on a page by itself, elsewhere with `positions` as its `resume`. A listener that throws
 * misses that message and nothing else.
 */
export class SwitchboardClient {
  readonly #options: ResolvedOptions;
  readonly #emitter: Emitter<ClientEvents>;
  readonly #link: Link;
  readonly #delivery: Delivery;
  readonly #acknowledgements: Acknowledgements;
  readonly #subscriptions: Subscriptions;
  readonly #outbox: Outbox;
  readonly #renewal: TokenRenewal;
  readonly #queues = new Set<MessageQueue>();
  #stored: StoredPositions | undefined;
  #connected: Deferred<void> | undefined;
  #stopWatching: (() => void) | undefined;
  #lastRequestId = 0;
  #hasWarned = false;

  /** Throws a ClientError `invalid_option`. Connects nothing yet. */
  constructor(options: ClientOptions) {
    const resolved = (this.#options = resolveOptions(options));
    this.#emitter = new Emitter<ClientEvents>((event, cause) => {
      const error = clientError('listener_failed', `Event: ${event}.`, { cause });
      // A failing listener of errors is told to nobody else: that would come around for ever.
      if (event === 'error') resolved.log('error', error.message);
      else this.#tell(error);
    });
    const link = (this.#link = new Link(resolved, systemClock, {
      hello: (token) => this.#hello(token),
      onReady: (ready, hello) => {
        this.#onReady(ready, hello);
      },
      onFrame: (frame, text) => {
        this.#onFrame(frame, text);
      },
      onLost: () => {
        this.#onLost();
      },
      onError: (error) => {
        this.#tell(error);
      },
      onClosed: (error) => {
        this.#onClosed(error);
      },
      onState: (change) => {
        this.#onState(change);
      },
    }));
    const requests = { nextId: () => (this.#lastRequestId += 1), send: (frame: Parameters<Link['send']>[0]) => link.send(frame) };
    this.#acknowledgements = new Acknowledgements(systemClock, requests.send);
    this.#delivery = new Delivery(resolved.resume, this.#emitter, {
      onSent: (stream, through) => {
        this.#acknowledgements.onSent(stream, through);
      },
      onHandled: (stream, through) => {
        if (!resolved.isAckManual) this.#acknowledgements.onHandled(stream, through);
        this.#onProgress();
      },
      onMissing: (stream) => {
        link.renew(`a message of ${stream} is missing`);
      },
      onAck: (message) => {
        this.#onAck(message);
      },
    });
    this.#subscriptions = new Subscriptions(resolved.channels, this.#delivery.positions, {
      ...requests,
      begin: (stream, after) => {
        const gap = this.#delivery.begin(stream, after);
        if (gap) this.#delivery.tellGap(gap);
      },
      forget: (stream) => {
        this.#delivery.forget(stream);
        this.#onProgress();
      },
    });
    this.#outbox = new Outbox({
      clock: systemClock,
      backoff: resolved.backoff,
      nextId: requests.nextId,
      ready: () => link.ready,
      sendText: (frame) => {
        link.sendText(frame);
      },
    });
    this.#renewal = new TokenRenewal({
      options: resolved,
      clock: systemClock,
      ...requests,
      onError: (error) => {
        this.#tell(error);
      },
    });
  }

  get state(): ClientState {
    return this.#link.state;
  }

  /**
   * How far each stream has been handled: a copy, fit to be stored and passed as `resume`. A message counts as handled once its listeners have
   * resolved; with `ack: 'manual'` one of the own stream when it is acknowledged.
   */
  get positions(): Readonly<Record<StreamKey, number>> {
    return { ...this.#delivery.handled(), ...(this.#options.isAckManual ? this.#acknowledgements.handled() : {}) };
  }

  /** The user whom the token names; undefined while there is no connection. */
  get user(): string | undefined {
    return this.#link.ready?.user;
  }

  /** The name of this device; undefined while there is no connection, or if it has none. */
  get device(): string | undefined {
    return this.#link.ready?.device;
  }

  /** Undefined while there is no connection. */
  get connectionId(): string | undefined {
    return this.#link.ready?.connection;
  }

  /** The server that holds the connection; undefined while there is none. */
  get serverId(): string | undefined {
    return this.#link.ready?.server;
  }

  /**
   * Calls `listener` on each event of that name, until the function that it returns is called, or `signal` aborts. Messages that come while
   * nobody listens count as handled, so listen first, then connect.
   */
  on<Name extends keyof ClientEvents>(event: Name, listener: Listener<ClientEvents[Name]>, options: ListenOptions = {}): () => void {
    return this.#emitter.on(event, listener, options);
  }

  /**
   * The messages that come from now on, for one `for await` loop; each is handled when the loop asks for the next one. The loop ends on close()
   * and when `signal` aborts, and throws the ClientError if the server refuses the client for good. To leave it gives up what it has not seen.
   *
   * A slow loop loses nothing: at `maxPending` messages the client leaves its connection, and comes back for the rest once half of them are
   * handled. Of ephemeral messages the newest `maxPending` wait.
   */
  messages({ signal }: CallOptions = {}): AsyncIterableIterator<Message> {
    const queue = new MessageQueue(this.#options.maxPending, () => {
      stopListening();
      this.#queues.delete(queue);
      signal?.removeEventListener('abort', leave);
    });
    const stopListening = this.#emitter.on('message', (message) => queue.push(message));
    const leave = (): void => {
      void queue.return();
    };
    this.#queues.add(queue);
    if (signal?.aborted) leave();
    else signal?.addEventListener('abort', leave);
    return queue;
  }

  /**
   * Connects, and from then on reconnects by itself. Resolves once ready, however many attempts it takes; rejects with a ClientError when the
   * server refuses the client for good (`refused`), close() is called (`closed`), or no socket can be made. A signal that aborts before that
   * closes the client.
   */
  connect({ signal }: CallOptions = {}): Promise<void> {
    if (this.state === 'ready') return Promise.resolve();
    if (signal?.aborted) return rejected(signal.reason as Error);
    const connected = (this.#connected ??= new Deferred<void>());
    this.#watchPage();
    this.#link.start();
    return abortable(connected.promise, signal, () => {
      this.close();
    });
  }

  /** Leaves. Calls that wait are rejected. connect() comes back, to the same channels and positions. */
  close(): void {
    this.#acknowledgements.flush();
    this.#link.stop(NORMAL_CLOSURE, 'closed by the application', clientError('closed'));
  }

  /**
   * Follows a channel from now on, behind `after` if given. Resolves once the server has confirmed, on this connection or a later one; at once
   * for a channel that is followed already, whatever `after` says. Rejects with a ClientError: what the server refused, `closed`, `unsubscribed`,
   * `invalid_option`, `too_many_channels`. A signal that aborts before that unsubscribes.
   */
  subscribe(channel: string, { after, signal }: CallOptions & { readonly after?: number | undefined } = {}): Promise<Subscription> {
    if (this.state === 'closed') return rejected(clientError('closed'));
    if (signal?.aborted) return rejected(signal.reason as Error);
    return abortable(this.#subscriptions.subscribe(channel, after), signal, () => {
      void this.#subscriptions.unsubscribe(channel);
    });
  }

  /** Stops following a channel and forgets its position. Resolves once no more of its messages come. */
  unsubscribe(channel: string): Promise<void> {
    return this.#subscriptions.unsubscribe(channel);
  }

  /**
   * Sends a message to a user or a channel, where the token allows it. Resolves once the server has accepted it, on this connection or a later
   * one. A durable message is sent again after a lost connection and after errors that are `retryable`, under the same idempotency key: it
   * counts once. Rejects with a ClientError: what the server refused, `timed_out`, `closed`, `invalid_option`, `too_many_sends` (1,000 wait
   * already), `too_large`; an ephemeral one also `not_connected` and `outcome_unknown`. Messages that are tried again may be overtaken by others.
   */
  send(to: SendTarget, data: unknown, options: SendOptions = {}): Promise<SentMessage> {
    if (this.state === 'closed') return rejected(clientError('closed'));
    try {
      const timeoutMs = durationMs('timeoutMs', options.timeoutMs, SEND_TIMEOUT_MS);
      return this.#outbox.send(sendRequest(to, data, options), timeoutMs, options.signal);
    } catch (error) {
      return rejected(error as ClientError);
    }
  }

  #hello(token: string): HelloFrame {
    const { device: findDevice, start } = this.#options;
    const device = findDevice();
    this.#recall(token);
    return {
      type: 'hello',
      token,
      ...(device === undefined ? {} : { device }),
      ...(start === undefined ? {} : { start }),
      ...this.#subscriptions.forHello(),
    };
  }

  /** Positions are kept per endpoint and user. */
  #recall(token: string): void {
    const { positionStorage: findStorage, storageKey, url } = this.#options;
    const storage = findStorage();
    if (!storage) return;
    this.#stored ??= new StoredPositions(storage, systemClock, () => this.positions);
    const positions = this.#stored.open(`${storageKey}:positions:${url}:${readTokenClaims(token).sub ?? ''}`);
    if (positions) this.#delivery.recall(positions);
  }

  #onReady(ready: ReadyFrame, hello: HelloFrame): void {
    const starts = Object.entries(ready.streams);
    const gaps = starts.map(([stream, { after }]) => this.#delivery.begin(stream, after));
    const own = userStream(ready.user);
    this.#acknowledgements.onReady(own, ready.streams[own]?.after ?? 0);
    if (hello.token !== undefined) this.#renewal.onAccepted(hello.token);
    this.#subscriptions.onReady(ready, hello);
    this.#outbox.onReady();
    // Listeners come last: one may close the client.
    for (const gap of gaps) if (gap) this.#delivery.tellGap(gap);
    for (const [stream, { after }] of starts) {
      const asked = hello.resume?.[stream];
      if (asked !== undefined && asked > after && this.#delivery.positions.get(stream) === asked) {
        this.#tell(clientError('position_ahead', `Asked for: ${String(asked)}, log ends at: ${String(after)}.`, { stream }));
      }
    }
  }

  #onFrame(frame: ServerFrame, text: string): void {
    switch (frame.type) {
      case 'message':
        this.#warnIfUnheard();
        this.#delivery.onMessage(frame, text);
        this.#pauseIfBehind();
        return;
      case 'gap':
        this.#delivery.onGap(frame);
        this.#pauseIfBehind();
        return;
      case 'ok':
        this.#subscriptions.onOk(frame);
        this.#outbox.onOk(frame);
        this.#renewal.onOk(frame);
        return;
      case 'error':
        this.#onErrorFrame(frame);
        return;
      case 'ready':
      case 'goaway':
      case 'ping':
      case 'pong':
      // What concerns the connection does not come up here.
    }
  }

  #onErrorFrame(frame: ErrorFrame): void {
    const { code, message, retryable, stream } = frame;
    const error = new ClientError(code, message, { retryable, stream });
    this.#subscriptions.onError(frame, error);
    this.#outbox.onError(frame, error);
    this.#renewal.onError(frame);
    this.#tell(error);
  }

  #onAck({ stream, seq }: Message): void {
    if (!this.#options.isAckManual || seq === undefined) return;
    this.#acknowledgements.onHandled(stream, seq);
    this.#stored?.touch();
  }

  /** Something more has been handled, or no longer needs to be. */
  #onProgress(): void {
    this.#stored?.touch();
    if (this.#delivery.inHand <= this.#options.maxPending / 2) this.#link.unpause();
  }

  #pauseIfBehind(): void {
    if (this.#delivery.inHand < this.#options.maxPending) return;
    this.#acknowledgements.flush();
    this.#link.pause();
  }

  #warnIfUnheard(): void {
    if (this.#hasWarned || this.#emitter.has('message')) return;
    this.#hasWarned = true;
    this.#options.log('warn', 'messages come, and nobody listens: they count as handled');
  }

  #onLost(): void {
    this.#subscriptions.onLost();
    this.#outbox.onLost();
    this.#renewal.stop();
  }

  #onClosed(error: ClientError): void {
    this.#stopWatching?.();
    this.#stopWatching = undefined;
    this.#acknowledgements.stop();
    this.#renewal.stop();
    this.#subscriptions.onClosed(error);
    this.#outbox.onClosed(error);
    this.#stored?.flush();
    for (const queue of this.#queues) queue.end(error.code === 'closed' ? undefined : error);
    this.#connected?.reject(error);
    this.#connected = undefined;
  }

  #onState(change: StateChange): void {
    if (change.state === 'ready') {
      this.#connected?.resolve();
      this.#connected = undefined;
    }
    this.#options.log('info', change.state, change);
    this.#emitter.emit('state', change);
  }

  #tell(error: ClientError): void {
    this.#options.log('warn', `${error.code}: ${error.message}`);
    this.#emitter.emit('error', error);
  }

  #watchPage(): void {
    const page = platformPage();
    if (!page) return;
    this.#stopWatching ??= watchPage(page, {
      onWake: () => {
        this.#link.wake();
      },
      onHide: () => {
        this.#acknowledgements.flush();
        this.#stored?.flush();
      },
    });
  }
}
