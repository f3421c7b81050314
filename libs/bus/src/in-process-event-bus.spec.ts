import { Logger } from '@nestjs/common';
import { describeEventBus } from './contract';
import { Recorder } from './contract/recorder';
import { InProcessEventBus } from './in-process-event-bus';
import { InProcessNetwork } from './in-process-network';

Logger.overrideLogger(false); // failures are part of the contract

describeEventBus('InProcessEventBus', {
  createNetwork: () => {
    const network = new InProcessNetwork();
    return Promise.resolve({
      connect: async () => {
        const bus = new InProcessEventBus({ slots: 8, network });
        await bus.connect();
        return bus;
      },
      close: () => Promise.resolve(),
    });
  },
});

describe('InProcessEventBus', () => {
  it('refuses events beyond the bytes that may wait, and takes them again when there is room', async () => {
    const bus = new InProcessEventBus({ maxQueuedBytes: 3000 });
    await bus.connect();
    const recorder = new Recorder();
    let release = (): void => undefined;
    const pending = new Promise<void>((resolve) => (release = resolve));
    await bus.follow(1, async (batch) => {
      await recorder.handler(batch);
      await pending;
    });
    await bus.publish(1, Buffer.alloc(1000));
    await recorder.waitForCount(1);
    await bus.publish(1, Buffer.alloc(1000));
    await expect(bus.publish(1, Buffer.alloc(1000))).rejects.toMatchObject({ code: 'bus_queue_full', retryable: true });
    release();
    await recorder.waitForCount(2);
    await bus.publish(1, Buffer.alloc(1000));
    await recorder.waitForCount(3);
    await bus.close();
    expect(recorder.events).toHaveLength(3);
  });

  it('tells its listener of a handler that fails', async () => {
    const errors: unknown[] = [];
    const bus = new InProcessEventBus({ onError: (error) => errors.push(error) });
    await bus.connect();
    const recorder = new Recorder();
    const fault = new Error('on purpose');
    await bus.follow(1, (batch) => {
      void recorder.handler(batch);
      throw fault;
    });
    await bus.publish(1, Buffer.from('a'));
    await recorder.waitForCount(1);
    await bus.publish(1, Buffer.from('b'));
    await recorder.waitForCount(2);
    await bus.close();
    expect(errors).toEqual([fault, fault]);
  });
});
