/** What a listener may be: its result is ignored, but if it is a promise that rejects, that is a failure of the listener. */
export type Listener<Payload> = (payload: Payload) => unknown;

/**
 * Typed events. A listener that throws, or returns a promise that rejects, hurts neither the emitter nor the other listeners: `onFailure` is
 * told. Listeners are called in the order in which they were added; one added during an event misses that event.
 */
export class Emitter<Events extends object> {
  readonly #listeners = new Map<keyof Events, Set<Listener<never>>>();
  readonly #onFailure: (event: keyof Events, cause: unknown) => void;

  constructor(onFailure: (event: keyof Events, cause: unknown) => void) {
    this.#onFailure = onFailure;
  }

  /** Returns a function that removes the listener again. A function added twice for one event is called once. */
  on<Name extends keyof Events>(event: Name, listener: Listener<Events[Name]>): () => void {
    const listeners = this.#listeners.get(event) ?? new Set();
    listeners.add(listener);
    this.#listeners.set(event, listeners);
    return () => {
      listeners.delete(listener);
    };
  }

  emit<Name extends keyof Events>(event: Name, payload: Events[Name]): void {
    const listeners = this.#listeners.get(event);
    if (!listeners) return;
    for (const listener of [...listeners] as Listener<Events[Name]>[]) {
      try {
        const result = listener(payload);
        if (result instanceof Promise) {
          result.catch((cause: unknown) => {
            this.#onFailure(event, cause);
          });
        }
      } catch (cause) {
        this.#onFailure(event, cause);
      }
    }
  }
}
