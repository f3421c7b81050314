import {
  channelStream,
  isChannel,
  isSeq,
  type ErrorFrame,
  type HelloFrame,
  type OkFrame,
  type ReadyFrame,
  type StreamKey,
  type SubscribeFrame,
  type UnsubscribeFrame,
} from '@switchboard/protocol';
import { clientError, type ClientError } from './client-error';
import { Deferred, rejected } from './deferred';
import type { StreamPositions } from './stream-positions';

/** What a subscription has come to: every message of `stream` behind `after` comes. */
export interface Subscription {
  readonly stream: StreamKey;
  readonly after: number;
}

interface Wanted {
  /** Where the application asked to begin; undefined: at the position, or now. */
  after: number | undefined;
  isFollowed: boolean;
  requestId: number | undefined;
  answer: Deferred<Subscription> | undefined;
}

interface Leaving {
  requestId: number;
  readonly answer: Deferred<void>;
}

/** What the subscriptions need of the client. */
export interface SubscriptionsContext {
  nextId(): number;
  /** False while no connection is ready. */
  send(frame: SubscribeFrame | UnsubscribeFrame): boolean;
  /** The server has said where a stream begins. */
  begin(stream: StreamKey, after: number): void;
  /** A stream is no longer followed. */
  forget(stream: StreamKey): void;
}

const CHANNEL_RULE = 'A channel is 1–128 of [A-Za-z0-9._:@~-].';

const MAX_CHANNELS = 1_000;

// A hello must fit one frame of 80 KiB beside a token of up to 16 KiB: with the longest names a channel takes 290 bytes in it (131 in
// `channels`, 159 in `resume`). The rest is subscribed once the connection is ready.
const MAX_CHANNELS_IN_HELLO = 200;

/**
 * The channels that the application wants, and what the server has said to that.
 *
 * | a channel is | until |
 * |---|---|
 * | wanted, in no connection | a hello names it, or a subscribe frame is sent |
 * | asked for | ready names its stream or ok comes: followed · error: no longer wanted · the connection is lost: wanted |
 * | followed | unsubscribe · the connection is lost: wanted |
 */
export class Subscriptions {
  readonly #positions: StreamPositions;
  readonly #context: SubscriptionsContext;
  readonly #wanted = new Map<string, Wanted>();
  readonly #leaving = new Map<string, Leaving>();

  constructor(channels: readonly string[], positions: StreamPositions, context: SubscriptionsContext) {
    if (new Set(channels).size > MAX_CHANNELS) throw clientError('too_many_channels');
    this.#positions = positions;
    this.#context = context;
    for (const channel of channels)
      this.#wanted.set(channel, { after: undefined, isFollowed: false, requestId: undefined, answer: undefined });
  }

  /** See SwitchboardClient.subscribe. */
  subscribe(channel: string, after: number | undefined): Promise<Subscription> {
    if (!isChannel(channel)) return rejected(clientError('invalid_option', CHANNEL_RULE));
    if (after !== undefined && !isSeq(after)) return rejected(clientError('invalid_option', 'after must be a seq.'));
    const stream = channelStream(channel);
    const known = this.#wanted.get(channel);
    if (known?.isFollowed) return Promise.resolve({ stream, after: this.#positions.get(stream) ?? known.after ?? 0 });
    if (known) {
      known.answer ??= new Deferred();
      return known.answer.promise;
    }
    if (this.#wanted.size >= MAX_CHANNELS) return rejected(clientError('too_many_channels'));
    // Where the application says where to begin, that counts, and not where it was before.
    if (after !== undefined) this.#context.forget(stream);
    const answer = new Deferred<Subscription>();
    const wanted: Wanted = { after, isFollowed: false, requestId: undefined, answer };
    this.#wanted.set(channel, wanted);
    this.#ask(channel, wanted);
    return answer.promise;
  }

  /** See SwitchboardClient.unsubscribe. */
  unsubscribe(channel: string): Promise<void> {
    if (!isChannel(channel)) return rejected(clientError('invalid_option', CHANNEL_RULE));
    this.#wanted.get(channel)?.answer?.reject(clientError('unsubscribed'));
    this.#wanted.delete(channel);
    const known = this.#leaving.get(channel);
    if (!known && this.#leaving.size >= MAX_CHANNELS) return rejected(clientError('too_many_channels'));
    const requestId = this.#context.nextId();
    if (!this.#context.send({ type: 'unsubscribe', id: requestId, channel })) {
      this.#context.forget(channelStream(channel));
      return Promise.resolve();
    }
    const leaving = known ?? { requestId, answer: new Deferred<void>() };
    leaving.requestId = requestId;
    this.#leaving.set(channel, leaving);
    return leaving.answer.promise;
  }

  /** The part of a hello that is about streams: the channels that fit, and the positions of all that can be named in it. */
  forHello(): Pick<HelloFrame, 'channels' | 'resume'> {
    const all = [...this.#wanted.keys()];
    const channels = all.slice(0, MAX_CHANNELS_IN_HELLO);
    const resume = new Map(Object.entries(this.#positions.toRecord()));
    for (const channel of all.slice(MAX_CHANNELS_IN_HELLO)) resume.delete(channelStream(channel));
    for (const channel of channels) {
      const after = resume.get(channelStream(channel)) ?? this.#wanted.get(channel)?.after;
      if (after !== undefined) resume.set(channelStream(channel), after);
    }
    return { channels, resume: Object.fromEntries(resume) };
  }

  /** A connection is ready whose hello named `hello.channels`. What was wanted or dropped since that hello is made up for. */
  onReady({ streams }: ReadyFrame, hello: HelloFrame): void {
    this.#finishLeaving();
    for (const [channel, wanted] of this.#wanted) {
      const start = streams[channelStream(channel)];
      if (start) this.#confirm(channel, wanted, start.after);
      else this.#ask(channel, wanted);
    }
    for (const channel of hello.channels ?? []) {
      if (streams[channelStream(channel)] && !this.#wanted.has(channel))
        this.#context.send({ type: 'unsubscribe', id: this.#context.nextId(), channel });
    }
  }

  onOk({ id, after }: OkFrame): void {
    for (const [channel, wanted] of this.#wanted) {
      if (wanted.requestId === id) this.#confirm(channel, wanted, after);
    }
    for (const [channel, leaving] of this.#leaving) {
      if (leaving.requestId === id) this.#finish(channel, leaving);
    }
  }

  /** An error that is about a request of ours, or about a channel that a hello named. */
  onError(frame: ErrorFrame, error: ClientError): void {
    const { id, stream, retryable } = frame;
    for (const [channel, wanted] of this.#wanted) {
      const isRefused = id === undefined ? stream === channelStream(channel) && !retryable : wanted.requestId === id;
      if (!isRefused) continue;
      this.#wanted.delete(channel);
      wanted.answer?.reject(error);
    }
    for (const [channel, leaving] of this.#leaving) {
      if (leaving.requestId !== id) continue;
      this.#leaving.delete(channel);
      leaving.answer.reject(error);
    }
  }

  /** The connection is gone. What was asked for is asked for again on the next one. */
  onLost(): void {
    this.#finishLeaving();
    for (const wanted of this.#wanted.values()) {
      wanted.isFollowed = false;
      wanted.requestId = undefined;
    }
  }

  /** No connection will come: whoever waits is told so. The channels stay wanted, should the application connect again. */
  onClosed(error: ClientError): void {
    this.onLost();
    for (const wanted of this.#wanted.values()) {
      wanted.answer?.reject(error);
      wanted.answer = undefined;
    }
  }

  #ask(channel: string, wanted: Wanted): void {
    const id = this.#context.nextId();
    const after = this.#positions.get(channelStream(channel)) ?? wanted.after;
    wanted.isFollowed = false;
    wanted.requestId = this.#context.send({ type: 'subscribe', id, channel, ...(after === undefined ? {} : { after }) }) ? id : undefined;
  }

  #confirm(channel: string, wanted: Wanted, after: number | undefined): void {
    const stream = channelStream(channel);
    const start = after ?? this.#positions.get(stream) ?? wanted.after ?? 0;
    wanted.isFollowed = true;
    wanted.requestId = undefined;
    wanted.answer?.resolve({ stream, after: start });
    wanted.answer = undefined;
    wanted.after = undefined;
    // Last, since a listener of the gap that this may uncover can close the client.
    if (after !== undefined) this.#context.begin(stream, after);
  }

  #finishLeaving(): void {
    // The next connection begins without them.
    for (const [channel, leaving] of this.#leaving) this.#finish(channel, leaving);
  }

  #finish(channel: string, { answer }: Leaving): void {
    this.#leaving.delete(channel);
    this.#context.forget(channelStream(channel));
    answer.resolve();
  }
}
