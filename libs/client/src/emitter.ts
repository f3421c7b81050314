/** What a listener may be: its result is ignored, but a promise is waited for, and is a failure of the listener if it rejects. */
export type Listener<Payload> = (payload: Payload) => unknown;

/** How long a listener is called. */
export interface ListenOptions {
  /** Removes the listener when it aborts. */
  readonly signal?: AbortSignal | undefined;
  /** Removes the listener once it was called. */
  readonly once?: boolean | undefined;
}

/**
 * Typed events. A listener that throws, or returns a promise that rejects, hurts neither the emitter nor the other listeners: `onFailure` is
 * told. Listeners are called in the order in which they were added; one added during an event misses that event.
 */
export class Emitter<Events extends object> {
  readonly #listeners = new Map<keyof Events, Map<Listener<never>, boolean>>();
  readonly #onFailure: (event: keyof Events, cause: unknown) => void;

  constructor(onFailure: (event: keyof Events, cause: unknown) => void) {
    this.#onFailure = onFailure;
  }

  /** Returns a function that removes the listener again. A function added twice for one event is called once. */
  on<Name extends keyof Events>(event: Name, listener: Listener<Events[Name]>, { signal, once = false }: ListenOptions = {}): () => void {
    const listeners = this.#listeners.get(event) ?? new Map<Listener<never>, boolean>();
    const remove = (): void => {
      listeners.delete(listener);
      signal?.removeEventListener('abort', remove);
    };
    if (signal?.aborted) return remove;
    listeners.set(listener, once);
    this.#listeners.set(event, listeners);
    signal?.addEventListener('abort', remove);
    return remove;
  }

  /** Whether anybody listens. */
  has(event: keyof Events): boolean {
    return (this.#listeners.get(event)?.size ?? 0) > 0;
  }

  /** Calls the listeners. */
  emit<Name extends keyof Events>(event: Name, payload: Events[Name]): void {
    void this.deliver(event, payload);
  }

  /** Calls the listeners. Undefined if all have finished; else a promise for that, which never rejects. */
  deliver<Name extends keyof Events>(event: Name, payload: Events[Name]): Promise<unknown> | undefined {
    const listeners = this.#listeners.get(event);
    const unfinished: PromiseLike<unknown>[] = [];
    for (const [listener, isOnce] of [...(listeners ?? [])] as [Listener<Events[Name]>, boolean][]) {
      if (isOnce) listeners?.delete(listener);
      try {
        const result = listener(payload);
        if (isThenable(result)) {
          unfinished.push(
            result.then(undefined, (cause: unknown) => {
              this.#onFailure(event, cause);
            }),
          );
        }
      } catch (cause) {
        this.#onFailure(event, cause);
      }
    }
    return unfinished.length > 0 ? Promise.all(unfinished) : undefined;
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as Partial<PromiseLike<unknown>> | null | undefined)?.then === 'function';
}
