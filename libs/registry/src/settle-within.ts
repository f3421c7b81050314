import type { Timers } from '@switchboard/database';

/** Settles as `promise` does, or rejects after `timeoutMs`; whatever the promise does later is ignored. */
export function settleWithin<Result>(promise: Promise<Result>, timeoutMs: number, timers: Timers): Promise<Result> {
  return new Promise((resolve, reject) => {
    const cancel = timers.after(timeoutMs, () => {
      reject(new Error(`no answer within ${String(timeoutMs)} ms`));
    });
    promise.then(resolve, reject).finally(cancel);
  });
}
