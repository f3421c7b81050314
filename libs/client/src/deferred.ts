/**
 * A promise and the means to settle it. It never counts as an unhandled rejection: whatever rejects one of these is told as an event
 * too, and a caller that does not wait for the promise must not lose its Node process over it.
 */
export class Deferred<T> {
  readonly promise: Promise<T>;
  resolve!: (value: T) => void;
  reject!: (reason: Error) => void;

  constructor() {
    this.promise = new Promise<T>((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    this.promise.catch(() => undefined);
  }
}

/** A promise that is rejected already, and does not count as unhandled either. */
export function rejected<T>(reason: Error): Promise<T> {
  const deferred = new Deferred<T>();
  deferred.reject(reason);
  return deferred.promise;
}
