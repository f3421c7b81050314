import type { ErrorFrame, GapFrame, GapReason, HelloFrame, MessageFrame, ReadyFrame, ServerFrame, StreamKey } from '@switchboard/protocol';
import { ClientError, clientError } from './client-error';
import { systemClock } from './clock';
import { Deferred, rejected } from './deferred';
import { Emitter, type Listener } from './emitter';
import type { ClientEvents, ClientState, Message, StateChange } from './events';
import { Link } from './link';
import { resolveOptions, type ClientOptions, type ResolvedOptions } from './options';
import { RecentIds } from './recent-ids';
import { StreamPositions } from './stream-positions';
import { Subscriptions, type Subscription } from './subscriptions';

// More than twice the channels that a client may ask for: room for those it follows through membership.
const MAX_STREAMS = 2_500;

// An ephemeral message comes twice only around a move, within a second or so.
const RECENT_IDS = 1_024;

const NORMAL_CLOSURE = 1000;

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
 * lives; to go on in another, pass `positions` on as its `resume`. A listener that throws misses that message and nothing else.
 */
export class SwitchboardClient {
  readonly #options: ResolvedOptions;
  readonly #emitter: Emitter<ClientEvents>;
  readonly #positions: StreamPositions;
  readonly #recentIds = new RecentIds(RECENT_IDS);
  readonly #subscriptions: Subscriptions;
  readonly #link: Link;
  #connected: Deferred<void> | undefined;

  /** Throws a ClientError `invalid_option`. Connects nothing yet. */
  constructor(options: ClientOptions) {
    this.#options = resolveOptions(options);
    this.#emitter = new Emitter<ClientEvents>((event, cause) => {
      // A failing listener of errors is told to nobody: that would come around for ever.
      if (event !== 'error') this.#emitter.emit('error', clientError('listener_failed', `Event: ${event}.`, { cause }));
    });
    this.#positions = new StreamPositions(this.#options.resume, MAX_STREAMS);
    this.#link = new Link(this.#options, systemClock, {
      hello: (token) => this.#hello(token),
      onReady: (ready, hello) => {
        this.#onReady(ready, hello);
      },
      onFrame: (frame) => {
        this.#onFrame(frame);
      },
      onLost: () => {
        this.#subscriptions.onLost();
      },
      onError: (error) => {
        this.#emitter.emit('error', error);
      },
      onClosed: (error) => {
        this.#onClosed(error);
      },
      onState: (change) => {
        this.#onState(change);
      },
    });
    this.#subscriptions = new Subscriptions(
      this.#options.channels,
      this.#positions,
      (stream, after) => {
        this.#begin(stream, after);
      },
      (frame) => this.#link.send(frame),
    );
  }

  get state(): ClientState {
    return this.#link.state;
  }

  /** The last seq had, per stream: a copy, fit to be stored and passed as `resume`. A message counts as had when its listeners are called. */
  get positions(): Readonly<Record<StreamKey, number>> {
    return this.#positions.toRecord();
  }

  /** The user whom the token names; undefined while there is no connection. */
  get user(): string | undefined {
    return this.#link.ready?.user;
  }

  /** Undefined while there is no connection. */
  get connectionId(): string | undefined {
    return this.#link.ready?.connection;
  }

  /** The server that holds the connection; undefined while there is none. */
  get serverId(): string | undefined {
    return this.#link.ready?.server;
  }

  /** Calls `listener` on each event of that name, until the function that it returns is called. */
  on<Name extends keyof ClientEvents>(event: Name, listener: Listener<ClientEvents[Name]>): () => void {
    return this.#emitter.on(event, listener);
  }

  /**
   * Connects, and from then on reconnects by itself. Resolves once ready, however many attempts it takes; rejects with a ClientError when the
   * server refuses the client for good (`refused`), close() is called (`closed`), or no socket can be made.
   */
  connect(): Promise<void> {
    if (this.state === 'ready') return Promise.resolve();
    const connected = (this.#connected ??= new Deferred<void>());
    this.#link.start();
    return connected.promise;
  }

  /** Leaves. Calls that wait are rejected. connect() comes back, to the same channels and positions. */
  close(): void {
    this.#link.stop(NORMAL_CLOSURE, 'closed by the application', clientError('closed'));
  }

  /**
   * Follows a channel from now on, behind `after` if given. Resolves once the server has confirmed, on this connection or a later one; at once
   * for a channel that is followed already, whatever `after` says. Rejects with a ClientError: what the server refused, `closed`, `unsubscribed`,
   * `invalid_option`, `too_many_channels`.
   */
  subscribe(channel: string, { after }: { readonly after?: number | undefined } = {}): Promise<Subscription> {
    if (this.state === 'closed') return rejected(clientError('closed'));
    return this.#subscriptions.subscribe(channel, after);
  }

  /** Stops following a channel and forgets its position. Resolves once no more of its messages come. */
  unsubscribe(channel: string): Promise<void> {
    return this.#subscriptions.unsubscribe(channel);
  }

  #hello(token: string): HelloFrame {
    const { device } = this.#options;
    return { type: 'hello', token, ...(device === undefined ? {} : { device }), ...this.#subscriptions.forHello() };
  }

  #onReady(ready: ReadyFrame, hello: HelloFrame): void {
    const starts = Object.entries(ready.streams);
    const gaps = starts.map(([stream, { after }]) => ({ stream, gap: this.#positions.begin(stream, after) }));
    this.#subscriptions.onReady(ready, hello);
    // Listeners come last: one may close the client.
    for (const { stream, gap } of gaps) {
      if (gap) this.#tellGap(stream, gap.after, gap.through, 'lost');
    }
    for (const [stream, { after }] of starts) {
      const asked = hello.resume?.[stream];
      if (asked !== undefined && asked > after) {
        this.#emitter.emit(
          'error',
          clientError('position_ahead', `Asked for: ${String(asked)}, log ends at: ${String(after)}.`, { stream }),
        );
      }
    }
  }

  #onFrame(frame: ServerFrame): void {
    switch (frame.type) {
      case 'message':
        this.#onMessage(frame);
        return;
      case 'gap':
        this.#onGap(frame);
        return;
      case 'ok':
        this.#subscriptions.onOk(frame);
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

  #onMessage(frame: MessageFrame): void {
    const { stream, seq, after } = frame;
    if (seq === undefined || after === undefined) {
      if (this.#recentIds.add(frame.id)) this.#emitter.emit('message', messageOf(frame));
      return;
    }
    const verdict = this.#positions.message(stream, after, seq);
    if (verdict === 'next') this.#emitter.emit('message', messageOf(frame));
    else if (verdict === 'lost') this.#link.renew(`a message of ${stream} is missing`);
  }

  #onGap({ stream, after, through, reason }: GapFrame): void {
    const position = this.#positions.get(stream);
    const verdict = this.#positions.gap(stream, after, through);
    if (verdict === 'next') this.#tellGap(stream, position ?? after, through, reason);
    else if (verdict === 'lost') this.#link.renew(`a message of ${stream} is missing`);
  }

  #begin(stream: StreamKey, after: number): void {
    const gap = this.#positions.begin(stream, after);
    if (gap) this.#tellGap(stream, gap.after, gap.through, 'lost');
  }

  #tellGap(stream: StreamKey, after: number, through: number, reason: GapReason): void {
    this.#emitter.emit('gap', { stream, after, through, reason });
  }

  #onErrorFrame(frame: ErrorFrame): void {
    const { code, message, retryable, stream } = frame;
    const error = new ClientError(code, message, { retryable, stream });
    this.#subscriptions.onError(frame, error);
    this.#emitter.emit('error', error);
  }

  #onClosed(error: ClientError): void {
    this.#subscriptions.onClosed(error);
    this.#connected?.reject(error);
    this.#connected = undefined;
  }

  #onState(change: StateChange): void {
    if (change.state === 'ready') {
      this.#connected?.resolve();
      this.#connected = undefined;
    }
    this.#emitter.emit('state', change);
  }
}

function messageOf({ stream, seq, id, time, event, from, data }: MessageFrame): Message {
  return {
    stream,
    ...(seq === undefined ? {} : { seq }),
    id,
    time,
    ...(event === undefined ? {} : { event }),
    ...(from === undefined ? {} : { from }),
    data,
  };
}
