import { Controller, type INestApplication, Logger } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { from } from 'rxjs';
import { BusContext } from './bus-context';
import { BusTransport } from './bus-transport';
import { Recorder } from './contract/recorder';
import { DELIVER_PATTERN, DeliverEvents } from './deliver-pattern';
import { InProcessEventBus } from './in-process-event-bus';

interface Call {
  readonly slot: number;
  readonly batch: readonly Buffer[];
}

@Controller()
class Deliveries {
  readonly calls: Call[] = [];
  readonly recorder = new Recorder();
  answer: () => unknown = () => undefined;

  @DeliverEvents()
  deliver(@Payload() batch: readonly Buffer[], @Ctx() { slot }: BusContext): unknown {
    this.calls.push({ slot, batch });
    void this.recorder.handler(batch);
    return this.answer();
  }
}

describe('BusTransport', () => {
  let bus: InProcessEventBus;
  let transport: BusTransport;
  let app: INestApplication;
  let deliveries: Deliveries;

  beforeEach(async () => {
    bus = new InProcessEventBus();
    await bus.connect();
    transport = new BusTransport(bus, { closeDeadlineMs: 50 });
    const module = await Test.createTestingModule({ controllers: [Deliveries] }).compile();
    app = module.createNestApplication(new FastifyAdapter(), { logger: false });
    app.connectMicroservice({ strategy: transport });
    await app.startAllMicroservices();
    deliveries = app.get(Deliveries);
  });

  afterEach(async () => {
    await app.close();
    await bus.close();
    jest.restoreAllMocks();
  });

  async function publish(slot: number, ...texts: readonly string[]): Promise<void> {
    await Promise.all(texts.map((text) => bus.publish(slot, Buffer.from(text))));
  }

  it('reads nothing until it follows a slot', async () => {
    await publish(1, 'early');
    await transport.follow([1, 0]);
    await publish(1, 'late');
    await deliveries.recorder.waitForTexts(['late']);
    expect(deliveries.recorder.texts).toEqual(['late']);
  });

  it('hands a handler a whole batch and its slot', async () => {
    await transport.follow([1, 0]);
    await publish(1, 'a', 'b', 'c');
    await deliveries.recorder.waitForCount(3);
    await publish(0, 'd');
    await deliveries.recorder.waitForCount(4);
    expect(deliveries.calls.map(({ slot, batch }) => ({ slot, texts: batch.map(String) }))).toEqual([
      { slot: 1, texts: ['a', 'b', 'c'] },
      { slot: 0, texts: ['d'] },
    ]);
  });

  it('reads nothing further while the promise of a handler is pending', async () => {
    await transport.follow([1, 0]);
    let release = (): void => undefined;
    deliveries.answer = () => new Promise<void>((resolve) => (release = resolve));
    await publish(1, 'a');
    await deliveries.recorder.waitForCount(1);
    deliveries.answer = () => undefined;
    await publish(1, 'b');
    await publish(0, 'c');
    await deliveries.recorder.waitForTexts(['c']);
    expect(deliveries.recorder.texts).toEqual(['a', 'c']);
    release();
    await deliveries.recorder.waitForTexts(['b']);
    expect(deliveries.recorder.texts).toEqual(['a', 'c', 'b']);
  });

  it('counts what a handler throws, rejects or streams as an error, logs it and reads on', async () => {
    const logged = jest.spyOn(Logger.prototype, 'error').mockImplementation();
    await transport.follow([1]);
    const faults = [
      () => {
        throw new TypeError('thrown');
      },
      () => Promise.reject(new Error('rejected')),
      () => from(Promise.reject(new Error('streamed'))),
    ];
    for (const [index, fault] of faults.entries()) {
      deliveries.answer = fault;
      await publish(1, `bad ${String(index)}`);
      await deliveries.recorder.waitForCount(index + 1);
    }
    deliveries.answer = () => undefined;
    await publish(1, 'good');
    await deliveries.recorder.waitForTexts(['good']);
    expect(transport.failedBatches).toBe(3);
    expect(logged.mock.calls.filter(([text]) => String(text).includes('slot 1 failed'))).toHaveLength(3);
  });

  it('moves to another slot after a lost lease, and keeps reading those it has', async () => {
    await transport.follow([1, 0]);
    await transport.follow([2, 0]);
    expect(transport.followedSlots).toEqual([0, 2]);
    await publish(1, 'of the old slot');
    await publish(0, 'of everybody');
    await publish(2, 'of the new slot');
    await deliveries.recorder.waitForCount(2);
    expect(deliveries.recorder.texts).toEqual(['of everybody', 'of the new slot']);
  });

  it('says which slot cannot be read, and can be asked again', async () => {
    await expect(transport.follow([1, 65])).rejects.toMatchObject({ code: 'bus_unknown_slot' });
    await transport.follow([1, 64]);
    expect(transport.followedSlots).toEqual([1, 64]);
  });

  it('stops reading when the app closes, and follows nothing afterwards', async () => {
    await transport.follow([1, 0]);
    await app.close();
    await transport.follow([1, 0]);
    expect(transport.followedSlots).toEqual([]);
    expect(transport.unwrap()).toBe(bus);
  });

  it('does not wait forever for a handler that hangs', async () => {
    await transport.follow([1]);
    deliveries.answer = () => new Promise(() => undefined);
    await publish(1, 'a');
    await deliveries.recorder.waitForCount(1);
    await transport.close();
    await publish(1, 'b');
    expect(deliveries.recorder.texts).toEqual(['a']);
  });

  it('refuses to start without a handler, and to follow before it has started', async () => {
    const module = await Test.createTestingModule({}).compile();
    const idle = module.createNestApplication(new FastifyAdapter(), { logger: false });
    const strategy = new BusTransport(bus);
    idle.connectMicroservice({ strategy });
    await expect(strategy.follow([1])).rejects.toThrow('does not listen yet');
    await expect(idle.startAllMicroservices()).rejects.toThrow(DELIVER_PATTERN);
    await idle.close();
  });
});
