import { RequestQueue } from './request-queue';

describe('RequestQueue', () => {
  it('runs one request at a time, in the order they came', async () => {
    const queue = new RequestQueue();
    const log: string[] = [];
    const done = new Promise<void>((resolve) => {
      queue.add(async () => {
        log.push('first begins');
        await new Promise(setImmediate);
        log.push('first ends');
      }, 10);
      queue.add(() => {
        log.push('second');
        resolve();
        return Promise.resolve();
      }, 10);
    });
    await done;
    expect(log).toEqual(['first begins', 'first ends', 'second']);
  });

  it('lets others begin while one goes on that need not be waited for', async () => {
    const queue = new RequestQueue();
    const log: string[] = [];
    let end = (): void => undefined;
    queue.begin(() => {
      log.push('send begins');
      return new Promise<void>((resolve) => (end = resolve)).then(() => void log.push('send ends'));
    }, 2);
    queue.add(() => Promise.resolve(void log.push('subscribe')), 2);
    expect(queue.add(() => Promise.resolve(), 2)).toBe(false);
    await new Promise(setImmediate);
    expect(log).toEqual(['send begins', 'subscribe']);
    expect([queue.begin(() => Promise.resolve(), 1), queue.begin(() => Promise.resolve(), 2)]).toEqual([false, true]);
    end();
    await new Promise(setImmediate);
    expect(log).toEqual(['send begins', 'subscribe', 'send ends']);
    expect(queue.add(() => Promise.resolve(), 1)).toBe(true);
  });

  it('takes no more than may wait', () => {
    const queue = new RequestQueue();
    const never = (): Promise<void> => new Promise(() => undefined);
    expect([queue.add(never, 2), queue.add(never, 2), queue.add(never, 2)]).toEqual([true, true, false]);
  });
});
