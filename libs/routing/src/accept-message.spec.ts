import { type NewMessage } from '@switchboard/message-log';
import { decodeBusEvent, type BusEvent, type HeadEvent, type StreamEvent } from '@switchboard/protocol/events';
import { AcceptMessage } from './accept-message';
import { hashOfMessage } from './hash-of-message';
import { LocalDelivery } from './local-delivery';
import { RouteEvent } from './route-event';

const CONTENT = Buffer.from('"data":1}');

/** A process that holds slot 1, and keeps what it is handed. */
class RecordingDelivery extends LocalDelivery {
  readonly slot = 1;
  readonly origin = undefined;
  readonly delivered: (StreamEvent | HeadEvent)[] = [];
  failure: Error | undefined;
  follows = true;

  deliver(event: StreamEvent | HeadEvent): boolean {
    if (this.failure !== undefined) throw this.failure;
    this.delivered.push(event);
    return this.follows;
  }

  deliverEphemeral(): boolean {
    return false;
  }
}

/** A sender whose look-ups find `slots`, and whose bus may hang or fail. */
function sender(
  slots: readonly number[],
  {
    publish = () => Promise.resolve(),
    mostRouting = 100,
    ttlMs = 60_000,
    isReplay = false,
    lookUp = () => Promise.resolve(slots),
  }: {
    publish?: () => Promise<void>;
    mostRouting?: number;
    ttlMs?: number;
    isReplay?: boolean;
    lookUp?: () => Promise<readonly number[]>;
  } = {},
) {
  const published: { readonly slot: number; readonly event: BusEvent }[] = [];
  const counted = { sent: 0, lost: 0 };
  let head = 0;
  const log = {
    append: ({ stream }: NewMessage) =>
      Promise.resolve({ id: 'id', stream, seq: (head += 1), timeMs: 1, expiresAtMs: 1 + ttlMs, isReplay }),
  };
  const bus = {
    publish: (slot: number, bytes: Buffer) => {
      published.push({ slot, event: decodeBusEvent(bytes) });
      return publish();
    },
  };
  const local = new RecordingDelivery();
  const observer = { eventSent: () => (counted.sent += 1), hintLost: () => (counted.lost += 1) };
  const route = new RouteEvent({ slotsOf: lookUp }, bus, local, observer);
  const acceptMessage = new AcceptMessage(log, route, mostRouting);
  return { acceptMessage, published, counted, local, accept: () => acceptMessage.accept({ target: { user: '42' }, content: CONTENT }) };
}

describe('AcceptMessage', () => {
  it('sends one event to each server concerned but this one, which it serves itself', async () => {
    const { accept, acceptMessage, published, counted, local } = sender([1, 2, 3]);
    expect(await accept()).toMatchObject({ id: 'id', stream: 'user:42', seq: 1, timeMs: 1 });
    await acceptMessage.onApplicationShutdown();
    expect(published.map(({ slot }) => slot)).toEqual([2, 3]);
    expect(published[0]?.event).toEqual({
      kind: 'message',
      stream: 'user:42',
      seq: 1,
      id: 'id',
      timeMs: 1,
      expiresAtMs: 60_001,
      content: CONTENT,
    });
    expect(local.delivered).toHaveLength(1);
    expect(counted).toEqual({ sent: 2, lost: 0 });
  });

  it('hands a repeat to the bus without its content, so that what was taken back is not delivered', async () => {
    const { accept, acceptMessage, published, local } = sender([2], { isReplay: true });
    expect(await accept()).toMatchObject({ isReplay: true });
    await acceptMessage.onApplicationShutdown();
    expect(published).toEqual([{ slot: 2, event: { kind: 'head', stream: 'user:42', seq: 1 } }]);
    expect(local.delivered).toEqual([{ kind: 'head', stream: 'user:42', seq: 1 }]);
  });

  it('tells everyone by a single event, and asks nobody who that is', async () => {
    const lookUp = jest.fn(() => Promise.resolve([2, 3]));
    const { acceptMessage, published, local } = sender([], { lookUp });
    await acceptMessage.accept({ target: { everyone: true }, content: CONTENT });
    await acceptMessage.onApplicationShutdown();
    expect(published.map(({ slot }) => slot)).toEqual([0]);
    expect(local.delivered).toHaveLength(1);
    expect(lookUp).not.toHaveBeenCalled();
  });

  it('sends no event of a message whose time was over before it was known where it goes', async () => {
    const { accept, acceptMessage, published } = sender([2], {
      ttlMs: 5,
      lookUp: () => new Promise((resolve) => setTimeout(resolve, 20, [2])),
    });
    await accept();
    await acceptMessage.onApplicationShutdown();
    expect(published).toEqual([]);
  });

  it('says whether anybody follows the stream, as far as it knows', async () => {
    const isFollowed = async ({ accept }: ReturnType<typeof sender>) => (await (await accept()).routed).isFollowed;
    expect(await isFollowed(sender([3]))).toBe(true);
    expect(await isFollowed(sender([], { lookUp: () => Promise.reject(new Error('away')) }))).toBe(true);
    const nobody = sender([]);
    nobody.local.follows = false;
    expect(await isFollowed(nobody)).toBe(false);
  });

  it('refuses a key whose message is being kept, or lets it come after that', async () => {
    const { acceptMessage } = sender([]);
    const message = {
      target: { user: '42' },
      content: CONTENT,
      idempotency: { sender: 's', key: 'k', hash: hashOfMessage(CONTENT, undefined) },
    };
    const first = acceptMessage.accept(message);
    await expect(acceptMessage.accept(message)).rejects.toMatchObject({ code: 'idempotency_in_progress' });
    const patient = acceptMessage.accept({ ...message, whenRunning: 'wait' });
    const other = acceptMessage.accept({ ...message, target: { user: '43' } });
    await expect(Promise.all([first, patient, other])).resolves.toHaveLength(3);
    await expect(acceptMessage.accept(message)).resolves.toMatchObject({ seq: 4 });
  });

  it('sends no event where this server alone is concerned', async () => {
    const { accept, acceptMessage, published, local } = sender([1]);
    await accept();
    await acceptMessage.onApplicationShutdown();
    expect(published).toEqual([]);
    expect(local.delivered).toHaveLength(1);
  });

  it('sends a single event to everybody where more than 32 servers are concerned', async () => {
    const { accept, acceptMessage, published } = sender(Array.from({ length: 40 }, (_, index) => index + 1));
    await accept();
    await acceptMessage.onApplicationShutdown();
    expect(published.map(({ slot }) => slot)).toEqual([0]);
  });

  it('accepts what the bus cannot take, and counts the hint as lost', async () => {
    const { accept, acceptMessage, counted } = sender([2, 3], { publish: () => Promise.reject(new Error('away')) });
    expect(await accept()).toMatchObject({ seq: 1 });
    await acceptMessage.onApplicationShutdown();
    expect(counted).toEqual({ sent: 0, lost: 2 });
  });

  it('goes on accepting, and delivering here, while the bus hangs and its queue is full', async () => {
    const { accept, counted, local, published } = sender([2], { publish: () => new Promise(() => undefined), mostRouting: 2 });
    for (let count = 0; count < 5; count += 1) await accept();
    expect(local.delivered.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
    expect(published).toHaveLength(2);
    expect(counted.lost).toBe(3);
  });

  it('is not harmed by a fault of local delivery', async () => {
    const { accept, acceptMessage, counted, local } = sender([2]);
    local.failure = new Error('a fault');
    await accept();
    await acceptMessage.onApplicationShutdown();
    expect(counted.lost).toBe(1);
  });

  it('waits at shutdown until all is handed over', async () => {
    let handOver = (): void => undefined;
    const { accept, acceptMessage } = sender([2], { publish: () => new Promise((resolve) => (handOver = resolve)) });
    await accept();
    let isDone = false;
    const shutdown = acceptMessage.onApplicationShutdown().then(() => (isDone = true));
    await new Promise(setImmediate);
    expect(isDone).toBe(false);
    handOver();
    await shutdown;
    expect(isDone).toBe(true);
  });
});
