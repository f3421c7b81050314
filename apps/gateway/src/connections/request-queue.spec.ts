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

  it('takes no more than may wait', () => {
    const queue = new RequestQueue();
    const never = (): Promise<void> => new Promise(() => undefined);
    expect([queue.add(never, 2), queue.add(never, 2), queue.add(never, 2)]).toEqual([true, true, false]);
  });
});
