import { Logger } from '@nestjs/common';
import { Recorder } from '@switchboard/bus/contract';
import { startKafka, type LocalKafka } from '@switchboard/local-services';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type KafkaEventBus } from './kafka-event-bus';
import { KafkaTopic } from './testing/kafka-topic';

Logger.overrideLogger(false);
jest.setTimeout(120_000); // a broker that was killed recovers its log for seconds, on a busy machine for longer

describe('KafkaEventBus, while its broker is away', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'switchboard-outage-'));
  let kafka: LocalKafka;
  let topic: KafkaTopic;

  beforeAll(async () => {
    kafka = await startKafka({ dataDir });
    topic = new KafkaTopic([kafka.broker]);
  });

  afterAll(async () => {
    await topic.remove();
    await kafka.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  async function follow(bus: KafkaEventBus, slot: number): Promise<Recorder> {
    const recorder = new Recorder();
    await bus.follow(slot, recorder.handler);
    return recorder;
  }

  it('refuses events at their deadline, keeps those with a later one, and reads on when it is back', async () => {
    const errors: unknown[] = [];
    const hasty = await topic.connect({ publishDeadlineMs: 1000, onError: (error) => errors.push(error) });
    const patient = await topic.connect({ publishDeadlineMs: 100_000 });
    const [own, everybodys] = [await follow(hasty, 1), await follow(patient, 0)];
    await Promise.all([hasty.publish(0, Buffer.from('before')), patient.publish(1, Buffer.from('before'))]);
    await Promise.all([own.waitForCount(1), everybodys.waitForCount(1)]);

    kafka.kill('SIGKILL');
    await kafka.ended;
    const startedAtMs = performance.now();
    await expect(hasty.publish(0, Buffer.from('given up'))).rejects.toMatchObject({ code: 'bus_unavailable', retryable: true });
    expect(performance.now() - startedAtMs).toBeLessThan(2000);
    const meanwhile = ['a', 'b', 'c'].map((text) => patient.publish(1, Buffer.from(text)));
    await expect(hasty.publish(0, Buffer.from('given up'))).rejects.toMatchObject({ code: 'bus_unavailable' });
    await expect(topic.connect({ connectDeadlineMs: 300 })).rejects.toMatchObject({ code: 'bus_unavailable' });

    kafka = await startKafka({ dataDir, port: kafka.port });
    await Promise.all(meanwhile);
    await own.waitForTexts(['before', 'a', 'b', 'c']);
    const late = await topic.connect({ publishDeadlineMs: 100_000 });
    await late.publish(0, Buffer.from('after'));
    await everybodys.waitForTexts(['before', 'after']);
    await hasty.publish(1, Buffer.from('from the one that gave up'));
    await own.waitForTexts(['from the one that gave up']);
    expect([...new Set(own.texts)]).toEqual(['before', 'a', 'b', 'c', 'from the one that gave up']);
    expect(errors.length).toBeGreaterThan(0);
  });
});
