import { randomBytes } from 'node:crypto';
import { type BusError } from '../bus-error';
import { EVERYBODYS_SLOT, type EventBus } from '../event-bus';
import { Recorder } from './recorder';

export { Recorder } from './recorder';

/** What joins the buses of several processes: a broker, and on it a place that only this suite uses. */
export interface BusNetwork {
  /** A bus as another process would have it, connected; it has at least 4 slots. The suite closes it. */
  connect(): Promise<EventBus>;
  close(): Promise<void>;
}

/** How the suite gets at a kind of bus. */
export interface BusContract {
  createNetwork(): Promise<BusNetwork>;
}

/** What every EventBus promises, as tests: call it in a spec of each adapter. */
export function describeEventBus(name: string, contract: BusContract): void {
  describe(`${name} as an EventBus`, () => {
    let network: BusNetwork;
    let buses: EventBus[];

    beforeAll(async () => {
      network = await contract.createNetwork();
    });

    afterAll(async () => {
      await network.close();
    });

    beforeEach(() => {
      buses = [];
    });

    afterEach(async () => {
      await Promise.all(buses.map((bus) => bus.close()));
    });

    async function connect(): Promise<EventBus> {
      const bus = await network.connect();
      buses.push(bus);
      return bus;
    }

    async function follow(bus: EventBus, slot: number): Promise<Recorder> {
      const recorder = new Recorder();
      await bus.follow(slot, recorder.handler);
      return recorder;
    }

    async function publish(bus: EventBus, slot: number, texts: readonly string[]): Promise<void> {
      await Promise.all(texts.map((text) => bus.publish(slot, Buffer.from(text))));
    }

    it('delivers to the slot that an event was published to, and to no other', async () => {
      const [sender, receiver] = [await connect(), await connect()];
      const [first, second] = [await follow(receiver, 1), await follow(receiver, 2)];
      await publish(sender, 1, ['of slot 1']);
      await publish(sender, 3, ['of slot 3']);
      await publish(sender, 2, ['of slot 2']);
      await publish(sender, 1, ['the last of slot 1']);
      await Promise.all([first.waitForCount(2), second.waitForCount(1)]);
      expect(first.texts).toEqual(['of slot 1', 'the last of slot 1']);
      expect(second.texts).toEqual(['of slot 2']);
    });

    it('delivers to its own process', async () => {
      const bus = await connect();
      const recorder = await follow(bus, 4);
      await publish(bus, 4, ['to myself']);
      await recorder.waitForTexts(['to myself']);
      expect(recorder.texts).toEqual(['to myself']);
    });

    it('begins at the end of the slot', async () => {
      const bus = await connect();
      await publish(bus, 1, ['before', 'before', 'before']);
      const recorder = await follow(bus, 1);
      await publish(bus, 1, ['after']);
      await recorder.waitForTexts(['after']);
      expect(recorder.texts).toEqual(['after']);
    });

    it('keeps the order of each publisher', async () => {
      const receiver = await connect();
      const recorder = await follow(receiver, 2);
      const senders = [await connect(), await connect(), await connect()];
      await Promise.all(senders.map((sender, index) => publish(sender, 2, numbered(300, `${String(index)}:`))));
      await recorder.waitForCount(900);
      for (const [index] of senders.entries()) {
        const prefix = `${String(index)}:`;
        expect(recorder.texts.filter((text) => text.startsWith(prefix))).toEqual(numbered(300, prefix));
      }
    });

    it('brings what is published to slot 0 to everybody who follows it', async () => {
      const receivers = [await connect(), await connect(), await connect()];
      const recorders = await Promise.all(receivers.map((bus) => follow(bus, EVERYBODYS_SLOT)));
      await publish(await connect(), EVERYBODYS_SLOT, numbered(20));
      await Promise.all(recorders.map((recorder) => recorder.waitForCount(20)));
      expect(recorders.map(({ texts }) => texts)).toEqual([numbered(20), numbered(20), numbered(20)]);
    });

    it('leaves bytes as they are: any value, none at all, 80 KiB', async () => {
      const [sender, receiver] = [await connect(), await connect()];
      const recorder = await follow(receiver, 1);
      const events = [
        Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)),
        Buffer.alloc(0),
        randomBytes(80 * 1024),
        Buffer.from([0]),
      ];
      await Promise.all(events.map((event) => sender.publish(1, Buffer.from(event))));
      await recorder.waitForCount(events.length);
      expect(recorder.events.map((event) => event.toString('hex'))).toEqual(events.map((event) => event.toString('hex')));
    });

    it('reads nothing further of a slot while its handler is pending, and goes on with the others', async () => {
      const [sender, receiver] = [await connect(), await connect()];
      const slow = new Recorder();
      let release = (): void => undefined;
      const pending = new Promise<void>((resolve) => (release = resolve));
      await receiver.follow(1, async (batch) => {
        await slow.handler(batch);
        await pending;
      });
      const [other, everybodys] = [await follow(receiver, 2), await follow(receiver, EVERYBODYS_SLOT)];
      await publish(sender, 1, ['first']);
      await slow.waitForCount(1);
      await publish(sender, 1, numbered(100));
      await publish(sender, 2, numbered(100));
      await publish(sender, EVERYBODYS_SLOT, numbered(100));
      await Promise.all([other.waitForCount(100), everybodys.waitForCount(100)]);
      expect(slow.texts).toEqual(['first']);
      release();
      await slow.waitForCount(101);
      expect(slow.texts).toEqual(['first', ...numbered(100)]);
    });

    it('hands over what has piled up in few calls', async () => {
      const [sender, receiver] = [await connect(), await connect()];
      const recorder = new Recorder();
      let release = (): void => undefined;
      const pending = new Promise<void>((resolve) => (release = resolve));
      await receiver.follow(1, async (batch) => {
        await recorder.handler(batch);
        await pending;
      });
      await publish(sender, 1, ['first']);
      await recorder.waitForCount(1);
      await publish(sender, 1, numbered(200));
      release();
      await recorder.waitForCount(201);
      expect(recorder.batches.length).toBeLessThan(50);
    });

    it('never calls a handler within publish', async () => {
      const bus = await connect();
      const recorder = await follow(bus, 1);
      const published = bus.publish(1, Buffer.from('a'));
      expect(recorder.events).toHaveLength(0);
      await published;
      await recorder.waitForCount(1);
    });

    it('reads on after a handler has failed, and gives up only the batch that it failed with', async () => {
      const [sender, receiver] = [await connect(), await connect()];
      const recorder = new Recorder();
      let calls = 0;
      await receiver.follow(1, (batch) => {
        void recorder.handler(batch);
        calls += 1;
        if (calls === 1) throw new Error('thrown on purpose');
        return calls === 2 ? Promise.reject(new Error('rejected on purpose')) : undefined;
      });
      for (const [index, text] of ['a', 'b', 'c'].entries()) {
        await publish(sender, 1, [text]);
        await recorder.waitForCount(index + 1);
      }
      expect(recorder.texts).toEqual(['a', 'b', 'c']);
    });

    it('calls no handler any more once stop has resolved', async () => {
      const [sender, receiver, witness] = [await connect(), await connect(), await connect()];
      const [stopped, others] = [new Recorder(), await follow(witness, EVERYBODYS_SLOT)];
      const followed = await receiver.follow(EVERYBODYS_SLOT, stopped.handler);
      await publish(sender, EVERYBODYS_SLOT, ['before']);
      await stopped.waitForCount(1);
      await followed.stop();
      await publish(sender, EVERYBODYS_SLOT, ['after']);
      await others.waitForTexts(['after']);
      const again = await follow(receiver, EVERYBODYS_SLOT);
      await publish(sender, EVERYBODYS_SLOT, ['to the new one']);
      await again.waitForCount(1);
      expect(stopped.texts).toEqual(['before']);
      expect(again.texts).toEqual(['to the new one']);
    });

    it('waits in stop for a handler that still runs, and drops what came meanwhile', async () => {
      const [sender, receiver] = [await connect(), await connect()];
      const recorder = new Recorder();
      let release = (): void => undefined;
      const pending = new Promise<void>((resolve) => (release = resolve));
      const followed = await receiver.follow(1, async (batch) => {
        await recorder.handler(batch);
        await pending;
      });
      await publish(sender, 1, ['a']);
      await recorder.waitForCount(1);
      await publish(sender, 1, ['b']);
      let isStopped = false;
      const stopped = followed.stop().then(() => (isStopped = true));
      const again = await follow(receiver, 1);
      await publish(sender, 1, ['c']);
      await again.waitForCount(1);
      expect(isStopped).toBe(false);
      release();
      await stopped;
      expect(recorder.texts).toEqual(['a']);
      expect(again.texts).toEqual(['c']);
    });

    it('says that a slot does not exist, instead of dropping the event', async () => {
      const bus = await connect();
      const unknown: Partial<BusError> = { name: 'BusError', code: 'bus_unknown_slot', retryable: false };
      for (const slot of [bus.slots + 1, bus.slots + 1000, -1, 1.5, Number.NaN]) {
        await expect(bus.publish(slot, Buffer.from('lost?'))).rejects.toMatchObject(unknown);
        await expect(bus.follow(slot, () => undefined)).rejects.toMatchObject(unknown);
      }
      const last = await follow(bus, bus.slots);
      await publish(bus, bus.slots, ['the last slot']);
      await last.waitForCount(1);
      expect(last.texts).toEqual(['the last slot']);
    });

    it('loses and repeats none of thousands of events', async () => {
      const [sender, receiver] = [await connect(), await connect()];
      const slots = [EVERYBODYS_SLOT, 1, 2, 3, 4];
      const recorders = await Promise.all(slots.map((slot) => follow(receiver, slot)));
      await Promise.all(slots.map((slot) => publish(sender, slot, numbered(2000, `${String(slot)}:`))));
      await Promise.all(recorders.map((recorder) => recorder.waitForCount(2000)));
      expect(recorders.map(({ texts }) => texts)).toEqual(slots.map((slot) => numbered(2000, `${String(slot)}:`)));
    });

    it('hands over in close what was queued', async () => {
      const [sender, receiver] = [await connect(), await connect()];
      const recorder = await follow(receiver, 1);
      const published = publish(sender, 1, numbered(500));
      await Promise.all([published, sender.close()]);
      await recorder.waitForCount(500);
      expect(recorder.texts).toEqual(numbered(500));
    });

    it('is of no use once it is closed, and may be closed again', async () => {
      const bus = await connect();
      await bus.close();
      const unavailable: Partial<BusError> = { name: 'BusError', code: 'bus_unavailable' };
      await expect(bus.publish(1, Buffer.from('late'))).rejects.toMatchObject(unavailable);
      await expect(bus.follow(1, () => undefined)).rejects.toMatchObject(unavailable);
      await expect(bus.close()).resolves.toBeUndefined();
    });

    it('closes though a handler hangs', async () => {
      const bus = await connect();
      const recorder = new Recorder();
      await bus.follow(1, (batch) => {
        void recorder.handler(batch);
        return new Promise(() => undefined);
      });
      await publish(bus, 1, ['a']);
      await recorder.waitForCount(1);
      await expect(bus.close()).resolves.toBeUndefined();
    });
  });
}

function numbered(count: number, prefix = ''): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${String(index)}`);
}
