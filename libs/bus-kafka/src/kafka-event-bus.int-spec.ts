import { Logger } from '@nestjs/common';
import { describeEventBus, Recorder } from '@switchboard/bus/contract';
import { waitFor } from '@switchboard/testing';
import { KafkaTopic } from './testing/kafka-topic';

Logger.overrideLogger(false); // failures are part of the contract

describeEventBus('KafkaEventBus', {
  createNetwork: () => {
    const topic = new KafkaTopic();
    return Promise.resolve({ connect: () => topic.connect(), close: () => topic.remove() });
  },
});

describe('KafkaEventBus', () => {
  let topic: KafkaTopic;

  beforeEach(() => {
    topic = new KafkaTopic();
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    await topic.remove();
  });

  function numbered(count: number): string[] {
    return Array.from({ length: count }, (_, index) => String(index));
  }

  it('creates its topic, with a partition for each slot and one for everybody', async () => {
    const buses = [topic.bus({ slots: 6 }), topic.bus({ slots: 6 }), topic.bus({ slots: 6 })];
    await Promise.all(buses.map((bus) => bus.connect()));
    expect(buses.map(({ slots }) => slots)).toEqual([6, 6, 6]);
    const { topics } = await topic.administer((admin) => admin.fetchTopicMetadata({ topics: [topic.topic] }));
    expect(topics[0]?.partitions).toHaveLength(7);
  });

  it('uses a topic that has fewer partitions than wanted as it is, and warns', async () => {
    await topic.administer((admin) => admin.createTopics({ topics: [{ topic: topic.topic, numPartitions: 3 }], waitForLeaders: true }));
    const warn = jest.spyOn(Logger.prototype, 'warn');
    const bus = await topic.connect({ slots: 8 });
    expect(bus.slots).toBe(2);
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('room for 2 servers instead of 8'));
    await expect(bus.publish(3, Buffer.from('a'))).rejects.toMatchObject({ code: 'bus_unknown_slot' });
  });

  it('publishes to a partition that was added after it had connected', async () => {
    const bus = await topic.connect({ slots: 2 });
    await bus.publish(1, Buffer.from('it knows three partitions'));
    await topic.addPartitions(6);
    const recorder = new Recorder();
    await bus.follow(5, recorder.handler);
    await Promise.all(numbered(100).map((text) => bus.publish(5, Buffer.from(text))));
    await recorder.waitForCount(100);
    expect(recorder.texts).toEqual(numbered(100));
    expect(bus.slots).toBe(5);
  });

  it('goes on at the oldest event there is when the one it wants has been deleted', async () => {
    const bus = await topic.connect();
    const recorder = new Recorder();
    let release = (): void => undefined;
    const pending = new Promise<void>((resolve) => (release = resolve));
    await bus.follow(1, async (batch) => {
      await recorder.handler(batch);
      await pending;
    });
    await bus.publish(1, Buffer.from('first'));
    await recorder.waitForCount(1);
    await Promise.all(['gone', 'gone', 'kept'].map((text) => bus.publish(1, Buffer.from(text))));
    await topic.administer(async (admin) => {
      // kafkajs learns the leaders by it, and of a topic that is new not all have one at once.
      const hasLeaders = (): Promise<boolean> =>
        admin.fetchTopicOffsets(topic.topic).then(
          () => true,
          () => false,
        );
      await waitFor('all partitions to have their leader', hasLeaders);
      await admin.deleteTopicRecords({ topic: topic.topic, partitions: [{ partition: 1, offset: '3' }] });
    });
    release();
    await recorder.waitForTexts(['kept']);
    expect(recorder.texts).toEqual(['first', 'kept']);
  });

  it('refuses an event that no request can hold, and still sends the largest that one can', async () => {
    const bus = await topic.connect();
    const recorder = new Recorder();
    await bus.follow(1, recorder.handler);
    await expect(bus.publish(1, Buffer.alloc(900_001))).rejects.toMatchObject({ code: 'bus_event_too_large', retryable: false });
    await Promise.all([bus.publish(1, Buffer.alloc(900_000)), bus.publish(1, Buffer.alloc(900_000))]);
    await recorder.waitForCount(2);
    expect(recorder.events.map(({ length }) => length)).toEqual([900_000, 900_000]);
  });

  it('reports as taken only what was, when the broker refuses an event of the same batch', async () => {
    const config = [{ name: 'max.message.bytes', value: '10000' }];
    await topic.administer((admin) =>
      admin.createTopics({ topics: [{ topic: topic.topic, numPartitions: 3, configEntries: config }], waitForLeaders: true }),
    );
    const bus = await topic.connect();
    const recorder = new Recorder();
    await bus.follow(1, recorder.handler);
    const tooLarge = bus.publish(2, Buffer.alloc(20_000));
    const besideIt = Promise.allSettled(numbered(50).map((text) => bus.publish(1, Buffer.from(text))));
    await expect(tooLarge).rejects.toMatchObject({ code: 'bus_unavailable' });
    const outcomes = await besideIt;
    const taken = numbered(50).filter((_, index) => outcomes[index]?.status === 'fulfilled');
    const afterwards = numbered(50).map((text) => `after ${text}`);
    await Promise.all(afterwards.map((text) => bus.publish(1, Buffer.from(text))));
    await recorder.waitForTexts([...taken, ...afterwards]);
    expect(recorder.texts.filter((text) => text.startsWith('after'))).toEqual(afterwards);
  });

  it('says why it cannot connect, within its deadline', async () => {
    const bus = topic.bus({ brokers: ['127.0.0.1:1'], connectDeadlineMs: 300 });
    const startedAtMs = performance.now();
    await expect(bus.connect()).rejects.toMatchObject({
      code: 'bus_unavailable',
      message: expect.stringContaining('127.0.0.1:1') as string,
    });
    expect(performance.now() - startedAtMs).toBeLessThan(3000);
  });

  it('names the command that creates the topic where it may not do so itself', async () => {
    const bus = topic.bus({ replicationFactor: 99, connectDeadlineMs: 1000 });
    await expect(bus.connect()).rejects.toThrow(`kafka-topics.sh --create --topic ${topic.topic} --partitions 5`);
  });
});
