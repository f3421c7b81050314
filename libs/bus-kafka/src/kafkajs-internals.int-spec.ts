import { setImmediate } from 'node:timers/promises';
import { KafkaClient } from './kafka-client';
import { clusterOf, type FetchResponse } from './kafkajs-internals';
import { KafkaTopic } from './testing/kafka-topic';
import { kafkaBrokers } from '@switchboard/testing';

describe('What is used of the inside of kafkajs', () => {
  it('gives a cluster that fetches one partition from an offset, with the records as they were written', async () => {
    const topic = new KafkaTopic();
    const bus = await topic.connect();
    await Promise.all(['a', 'b', 'c'].map((text) => bus.publish(2, Buffer.from(text))));
    const client = new KafkaClient(kafkaBrokers());
    const cluster = clusterOf(client.kafka);
    await cluster.connect();
    await cluster.addTargetTopic(topic.topic);
    const partition = cluster.findTopicPartitionMetadata(topic.topic).find(({ partitionId }) => partitionId === 2);
    const broker = await cluster.findBroker({ nodeId: String(partition?.leader) });
    const fetched = { partition: 2, fetchOffset: '0', maxBytes: 1000 };
    const answer = (await broker.fetch({
      maxWaitTime: 500,
      topics: [{ topic: topic.topic, partitions: [fetched] }],
      isolationLevel: 0,
      rackId: '',
    })) as FetchResponse;
    const records = answer.responses.flatMap(({ partitions }) => partitions).flatMap(({ messages }) => messages);
    expect(records.map(({ offset, value, isControlRecord }) => ({ offset, text: String(value), isControlRecord }))).toEqual([
      { offset: '0', text: 'a', isControlRecord: false },
      { offset: '1', text: 'b', isControlRecord: false },
      { offset: '2', text: 'c', isControlRecord: false },
    ]);
    const [end] = await cluster.fetchTopicsOffset([{ topic: topic.topic, partitions: [{ partition: 2 }], fromBeginning: false }]);
    expect(end?.partitions).toEqual([{ partition: 2, offset: '3' }]);
    client.destroy();
    await topic.remove();
  });

  it('has a queue of requests that sets no timer while nothing waits', async () => {
    const client = new KafkaClient(kafkaBrokers());
    const cluster = clusterOf(client.kafka);
    await cluster.connect();
    const timers = jest.spyOn(global, 'setTimeout');
    await cluster.refreshMetadata();
    await setImmediate();
    const shortTimers = timers.mock.calls.filter(([, delayMs]) => delayMs !== undefined && delayMs <= 10);
    timers.mockRestore();
    client.destroy();
    expect(shortTimers).toEqual([]);
  });
});
