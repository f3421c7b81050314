import { Deferred } from './deferred';
import type { Message } from './events';

/**
 * Messages that wait for a `for await` loop. A message is handled once the loop asks for the next one, or is left. The client bounds the
 * durable messages that wait, by leaving its connection for a while; of the ephemeral ones the newest `maxEphemeral` are kept.
 */
export class MessageQueue implements AsyncIterableIterator<Message> {
  readonly #maxEphemeral: number;
  readonly #onEnd: () => void;
  // In the order in which they came, each with what it is to be told once it is handled.
  readonly #waiting = new Map<Message, Deferred<void>>();
  readonly #asking: Deferred<IteratorResult<Message, undefined>>[] = [];
  #ephemeralCount = 0;
  #given: Deferred<void> | undefined;
  #hasEnded = false;
  #error: Error | undefined;

  /** `onEnd` is called once, when nothing more may be pushed. */
  constructor(maxEphemeral: number, onEnd: () => void) {
    this.#maxEphemeral = maxEphemeral;
    this.#onEnd = onEnd;
  }

  /** Resolves once the message is handled. */
  push(message: Message): Promise<void> {
    const handled = new Deferred<void>();
    const asking = this.#asking.shift();
    if (asking) {
      this.#given = handled;
      asking.resolve({ done: false, value: message });
    } else {
      this.#waiting.set(message, handled);
      if (message.seq === undefined) this.#makeRoom();
    }
    return handled.promise;
  }

  next(): Promise<IteratorResult<Message, undefined>> {
    this.#given?.resolve();
    this.#given = undefined;
    for (const [message, handled] of this.#waiting) {
      this.#take(message);
      this.#given = handled;
      return Promise.resolve({ done: false, value: message });
    }
    const answer = new Deferred<IteratorResult<Message, undefined>>();
    if (!this.#hasEnded) this.#asking.push(answer);
    else this.#answerEnd(answer);
    return answer.promise;
  }

  /** The loop is left: what it has not seen counts as handled, as if its listener had been removed. */
  return(): Promise<IteratorResult<Message, undefined>> {
    this.end();
    for (const handled of [...this.#waiting.values(), this.#given]) handled?.resolve();
    this.#waiting.clear();
    this.#given = undefined;
    return Promise.resolve({ done: true, value: undefined });
  }

  /** Nothing more comes; what waits can still be asked for, and then the loop ends, or throws `error`. */
  end(error?: Error): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#error = error;
    this.#onEnd();
    for (const asking of this.#asking.splice(0)) this.#answerEnd(asking);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #answerEnd(answer: Deferred<IteratorResult<Message, undefined>>): void {
    if (this.#error) answer.reject(this.#error);
    else answer.resolve({ done: true, value: undefined });
    this.#error = undefined;
  }

  #makeRoom(): void {
    this.#ephemeralCount += 1;
    if (this.#ephemeralCount <= this.#maxEphemeral) return;
    for (const [message, handled] of this.#waiting) {
      if (message.seq !== undefined) continue;
      this.#take(message);
      handled.resolve();
      return;
    }
  }

  #take(message: Message): void {
    this.#waiting.delete(message);
    if (message.seq === undefined) this.#ephemeralCount -= 1;
  }
}
