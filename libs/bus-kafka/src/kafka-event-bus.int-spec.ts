import { Logger } from '@nestjs/common';
import { describeEventBus } from '@switchboard/bus/contract';
import { KafkaTopic } from './testing/kafka-topic';

Logger.overrideLogger(false); // failures are part of the contract

describeEventBus('KafkaEventBus', {
  createNetwork: () => {
    const topic = new KafkaTopic();
    return Promise.resolve({ connect: () => topic.connect(), close: () => topic.remove() });
  },
});
