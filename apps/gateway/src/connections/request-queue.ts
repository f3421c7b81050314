/** Runs what one client asked for one after the other, but for what need not be waited for, so that a subscribe and an unsubscribe never overtake each other. */
export class RequestQueue {
  private last: Promise<void> = Promise.resolve();
  private waiting = 0;

  /** Adds a request, which must not reject; false: as many as may wait are waiting. */
  add(request: () => Promise<void>, most: number): boolean {
    if (this.waiting >= most) return false;
    this.waiting += 1;
    this.last = this.last.then(request).finally(() => (this.waiting -= 1));
    return true;
  }

  /** Adds a request that begins in its turn, but whose end the next ones do not wait for. Until it ends, it counts as waiting. */
  begin(request: () => Promise<void>, most: number): boolean {
    if (this.waiting >= most) return false;
    this.waiting += 1;
    this.last = this.last.then(() => {
      void request().finally(() => (this.waiting -= 1));
    });
    return true;
  }
}
