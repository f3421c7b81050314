import { BusError, type BusErrorCode } from '@switchboard/bus';
import { decodeBusEvent, type EphemeralEvent } from '@switchboard/protocol/events';
import { LocalDelivery } from './local-delivery';
import { SendEphemeral, type EphemeralToSend } from './send-ephemeral';

const NOW_MS = Date.UTC(2024, 1, 29);
const CONTENT = Buffer.from('"data":1}');
const LIFETIMES = { defaultTtlMs: 10_000, maxTtlMs: 60_000 };

/** A process that holds slot 1, and keeps what it is handed. */
class RecordingDelivery extends LocalDelivery {
  readonly slot = 1;
  readonly origin = 'this process';
  readonly delivered: EphemeralEvent[] = [];
  isHere = true;

  deliver(): boolean {
    throw new Error('not durable');
  }

  deliverEphemeral(event: EphemeralEvent): boolean {
    this.delivered.push(event);
    return this.isHere;
  }
}

function sender(slots: readonly number[], { failing = {} }: { failing?: Readonly<Record<number, Error>> } = {}) {
  const published: { readonly slot: number; readonly event: EphemeralEvent }[] = [];
  const local = new RecordingDelivery();
  const clock = { nowMs: () => NOW_MS };
  const sendEphemeral = new SendEphemeral({
    servers: { slotsOf: () => Promise.resolve(slots), slotOfConnection: () => Promise.resolve(slots[0]) },
    bus: {
      publish: (slot, bytes) => {
        published.push({ slot, event: decodeBusEvent(bytes) as EphemeralEvent });
        return failing[slot] === undefined ? Promise.resolve() : Promise.reject(failing[slot]);
      },
    },
    local,
    clock,
    lifetimes: LIFETIMES,
    eventSent: () => undefined,
  });
  const send = (fields: Partial<EphemeralToSend> = {}) => sendEphemeral.send({ target: { user: '42' }, content: CONTENT, ...fields });
  return { send, published, local, clock };
}

const slotsOf = (published: readonly { readonly slot: number }[]): number[] => published.map(({ slot }) => slot);

describe('SendEphemeral', () => {
  it('hands a message to its own sockets and to each other server concerned, with its expiry and without a seq', async () => {
    const { send, published, local } = sender([1, 2, 3]);
    const sent = await send({ conflateKey: 'price' });
    expect(sent).toEqual({ id: expect.stringMatching(/^[\w-]{22}$/) as string, stream: 'user:42', timeMs: NOW_MS, isFollowed: true });
    expect(slotsOf(published)).toEqual([2, 3]);
    const event = {
      kind: 'ephemeral',
      to: { stream: 'user:42' },
      id: sent.id,
      timeMs: NOW_MS,
      expiresAtMs: NOW_MS + LIFETIMES.defaultTtlMs,
      conflateKey: 'price',
      origin: 'this process',
      content: CONTENT,
    };
    expect(published[0]?.event).toEqual(event);
    expect(local.delivered).toEqual([event]);
  });

  it.each([
    ['everyone', { everyone: true } as const, [2, 3]],
    ['a stream that more than 32 servers follow', { channel: 'news' }, Array.from({ length: 40 }, (_, index) => index + 1)],
  ])('sends a single event for %s, which this process will skip', async (_, target, slots) => {
    const { send, published, local } = sender(slots);
    await send({ target });
    expect(slotsOf(published)).toEqual([0]);
    expect(published[0]?.event.origin).toBe(local.origin);
  });

  it('goes to the one server that holds a connection, which may be this process', async () => {
    const { send, published, local } = sender([7]);
    expect(await send({ target: { connection: 'c' } })).toMatchObject({ stream: 'connection:c' });
    expect(published).toEqual([]);
    local.isHere = false;
    await send({ target: { connection: 'c' } });
    expect(slotsOf(published)).toEqual([7]);
    expect(published[0]?.event.to).toEqual({ connection: 'c' });
  });

  it('says so if there is no such connection', async () => {
    const { send, local } = sender([]);
    local.isHere = false;
    await expect(send({ target: { connection: 'c' } })).rejects.toMatchObject({ code: 'not_found' });
  });

  it('says whether anybody follows the stream', async () => {
    const { send, local } = sender([]);
    local.isHere = false;
    expect(await send()).toMatchObject({ isFollowed: false });
  });

  it.each([
    [undefined, LIFETIMES.defaultTtlMs],
    [1_000, 1_000],
    [LIFETIMES.maxTtlMs + 1, LIFETIMES.maxTtlMs],
  ])('lets a message that asks for %p ms live for %p', async (ttlMs, expected) => {
    const { send, published } = sender([2]);
    await send({ ttlMs });
    expect(published[0]?.event.expiresAtMs).toBe(NOW_MS + expected);
  });

  it.each<[BusErrorCode, string]>([
    ['bus_unavailable', 'unavailable'],
    ['bus_queue_full', 'overloaded'],
    ['bus_unknown_slot', 'internal'],
  ])('tells of a bus that refuses one of its events: %s', async (busCode, code) => {
    const { send, published } = sender([2, 3, 4], { failing: { 3: new BusError(busCode, 'no') } });
    await expect(send()).rejects.toMatchObject({ code });
    expect(slotsOf(published)).toEqual([2, 3, 4]);
  });

  it('does not send what expired while the servers were looked up', async () => {
    const { send, published, clock } = sender([2]);
    const sending = send({ ttlMs: 1_000 });
    clock.nowMs = () => NOW_MS + 1_000;
    await expect(sending).rejects.toMatchObject({ code: 'unavailable' });
    expect(published).toEqual([]);
  });
});
