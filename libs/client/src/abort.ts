import { Deferred } from './deferred';

/** `promise`, or the reason of `signal` if that aborts first; then `onAbort` is called too. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined, onAbort: () => void): Promise<T> {
  if (!signal) return promise;
  const answer = new Deferred<T>();
  const abort = (): void => {
    answer.reject(signal.reason as Error);
    onAbort();
  };
  const stopListening = (): void => {
    signal.removeEventListener('abort', abort);
  };
  signal.addEventListener('abort', abort);
  promise.then(stopListening, stopListening);
  promise.then(answer.resolve, answer.reject);
  return answer.promise;
}
