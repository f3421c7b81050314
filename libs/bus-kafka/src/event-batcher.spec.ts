import { BusError } from '@switchboard/bus';
import { EventBatcher, type EventBatcherOptions, type SlotEvent } from './event-batcher';

/** A batch that a test answers. */
interface Sent {
  readonly events: readonly SlotEvent[];
  readonly texts: readonly string[];
  take(slots?: readonly number[]): Promise<void>;
  fail(error: Error): Promise<void>;
}

describe('EventBatcher', () => {
  let sent: Sent[];

  beforeEach(() => {
    jest.useFakeTimers();
    sent = [];
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  function create(options: Partial<EventBatcherOptions> = {}): EventBatcher {
    return new EventBatcher({
      lingerMs: 0,
      maxBatchBytes: 1000,
      maxBatchEvents: 100,
      maxQueuedBytes: 1_000_000,
      deadlineMs: 5000,
      laneOf: () => 0,
      send: (events) =>
        new Promise((resolve, reject) => {
          sent.push({
            events,
            texts: events.map(({ bytes }) => String(bytes)),
            take: async (slots = events.map(({ slot }) => slot)) => {
              resolve(new Set(slots));
              await settle();
            },
            fail: async (error) => {
              reject(error);
              await settle();
            },
          });
        }),
      ...options,
    });
  }

  /** Adds events; the answer resolves to what became of each of them. */
  function add(batcher: EventBatcher, slot: number, ...texts: readonly string[]): () => Promise<string[]> {
    const outcomes = texts.map((text) =>
      batcher.add(slot, Buffer.from(text)).then(
        () => 'taken',
        (error: unknown) => (error as BusError).code,
      ),
    );
    return () => Promise.all(outcomes);
  }

  /** Lets promises, and what is due in this turn of the event loop, run. */
  async function settle(): Promise<void> {
    await jest.advanceTimersByTimeAsync(0);
  }

  function batches(): (readonly string[])[] {
    return sent.map(({ texts }) => texts);
  }

  it('sends what one turn of the event loop brings in one batch, and at once', async () => {
    const batcher = create({ lingerMs: 50 });
    const results = [add(batcher, 1, 'a'), add(batcher, 2, 'b', 'c')];
    await settle();
    expect(batches()).toEqual([['a', 'b', 'c']]);
    await sent[0]?.take();
    expect((await Promise.all(results.map((result) => result()))).flat()).toEqual(['taken', 'taken', 'taken']);
    expect(batcher.size).toBe(0);
  });

  it('collects while a batch is in flight', async () => {
    const batcher = create();
    add(batcher, 1, 'a');
    await settle();
    add(batcher, 1, 'b');
    await settle();
    add(batcher, 2, 'c');
    await settle();
    expect(batches()).toEqual([['a']]);
    await sent[0]?.take();
    expect(batches()).toEqual([['a'], ['b', 'c']]);
  });

  it('lingers under traffic, from the start of the last batch', async () => {
    const batcher = create({ lingerMs: 10 });
    add(batcher, 1, 'a');
    await settle();
    await jest.advanceTimersByTimeAsync(3);
    await sent[0]?.take();
    add(batcher, 1, 'b');
    await jest.advanceTimersByTimeAsync(6);
    add(batcher, 1, 'c');
    expect(batches()).toEqual([['a']]);
    await jest.advanceTimersByTimeAsync(1);
    expect(batches()).toEqual([['a'], ['b', 'c']]);
    await sent[1]?.take();
    await jest.advanceTimersByTimeAsync(10);
    add(batcher, 1, 'after a pause');
    await settle();
    expect(batches().at(-1)).toEqual(['after a pause']);
  });

  it('does not linger when a batch is full', async () => {
    const batcher = create({ lingerMs: 50 });
    add(batcher, 1, 'a');
    await settle();
    await sent[0]?.take();
    add(batcher, 1, 'x'.repeat(900));
    await settle();
    expect(sent).toHaveLength(2);
  });

  it('limits a batch in events and bytes, and gives each slot its turn', async () => {
    const batcher = create({ maxBatchEvents: 3 });
    add(batcher, 1, 'a', 'b', 'c', 'd', 'e');
    add(batcher, 2, 'f', 'g', 'x'.repeat(998));
    await settle();
    await sent[0]?.take();
    await sent[1]?.take();
    await sent[2]?.take();
    expect(batches()).toEqual([
      ['a', 'b', 'c'],
      ['f', 'g', 'x'.repeat(998)],
      ['d', 'e'],
    ]);
  });

  it('goes on with other lanes while one is stuck', async () => {
    const batcher = create({ laneOf: (slot) => slot % 2 });
    add(batcher, 1, 'a');
    await settle();
    add(batcher, 1, 'b');
    add(batcher, 2, 'c');
    await settle();
    await sent[1]?.take();
    add(batcher, 2, 'd');
    await settle();
    expect(batches()).toEqual([['a'], ['c'], ['d']]);
  });

  it('keeps the order of a slot that changes lanes while an event is in flight', async () => {
    let lane = 0;
    const batcher = create({ laneOf: () => lane });
    add(batcher, 1, 'a');
    await settle();
    lane = 1;
    add(batcher, 1, 'b');
    add(batcher, 2, 'c');
    await settle();
    expect(batches()).toEqual([['a'], ['c']]);
    await sent[1]?.take();
    expect(batches()).toEqual([['a'], ['c']]);
    await sent[0]?.take();
    expect(batches()).toEqual([['a'], ['c'], ['b']]);
  });

  it('says which events were for a slot that does not exist', async () => {
    const batcher = create();
    const results = [add(batcher, 1, 'a'), add(batcher, 9, 'b'), add(batcher, 2, 'c')];
    await settle();
    await sent[0]?.take([1, 2]);
    expect((await Promise.all(results.map((result) => result()))).flat()).toEqual(['taken', 'bus_unknown_slot', 'taken']);
  });

  it('rejects a batch that could not be sent, and sends the next', async () => {
    const batcher = create();
    const first = add(batcher, 1, 'a', 'b');
    await settle();
    const second = add(batcher, 1, 'c');
    await sent[0]?.fail(new Error('gone'));
    expect(await first()).toEqual(['bus_unavailable', 'bus_unavailable']);
    await sent[1]?.take();
    expect(await second()).toEqual(['taken']);
  });

  it('rejects each event at its own deadline, and tells the sender the last of them', async () => {
    const untilMs: number[] = [];
    const send = jest.fn((_: readonly SlotEvent[], until: number) => {
      untilMs.push(until);
      return new Promise<ReadonlySet<number>>(() => undefined);
    });
    const batcher = create({ deadlineMs: 100, send });
    const startedAtMs = performance.now();
    const inFlight = add(batcher, 1, 'in flight');
    await jest.advanceTimersByTimeAsync(60);
    const queued = add(batcher, 1, 'queued');
    await jest.advanceTimersByTimeAsync(39);
    expect(batcher.size).toBe(2);
    await jest.advanceTimersByTimeAsync(1);
    expect(await inFlight()).toEqual(['bus_unavailable']);
    expect(batcher.size).toBe(1);
    await jest.advanceTimersByTimeAsync(60);
    expect(await queued()).toEqual(['bus_unavailable']);
    expect(untilMs).toEqual([startedAtMs + 100]);
  });

  it('does not send what has expired in the queue', async () => {
    const batcher = create({ deadlineMs: 100 });
    add(batcher, 1, 'a');
    await settle();
    add(batcher, 1, 'b');
    await jest.advanceTimersByTimeAsync(100);
    await sent[0]?.take();
    add(batcher, 1, 'c');
    await settle();
    expect(batches()).toEqual([['a'], ['c']]);
  });

  it('refuses events beyond the bytes it may hold, counting those in flight, and takes them again when there is room', async () => {
    const batcher = create({ maxQueuedBytes: 1000, deadlineMs: 100 });
    add(batcher, 1, 'x'.repeat(144));
    await settle();
    const queued = add(batcher, 1, 'x'.repeat(344));
    expect(await add(batcher, 1, 'a')()).toEqual(['bus_queue_full']);
    await jest.advanceTimersByTimeAsync(100);
    expect(await queued()).toEqual(['bus_unavailable']);
    const second = add(batcher, 1, 'x'.repeat(344));
    expect(await add(batcher, 1, 'a')()).toEqual(['bus_queue_full']);
    await sent[0]?.take();
    await sent[1]?.take();
    expect(await second()).toEqual(['taken']);
    add(batcher, 1, 'x'.repeat(744));
    await settle();
    expect(sent).toHaveLength(3);
  });

  it('refuses an event that no request could hold', async () => {
    const batcher = create({ maxBatchBytes: 10 });
    expect(await add(batcher, 1, 'x'.repeat(11))()).toEqual(['bus_event_too_large']);
    const results = add(batcher, 1, 'x'.repeat(10));
    await settle();
    await sent[0]?.take();
    expect(await results()).toEqual(['taken']);
  });

  it('sends what is queued when it closes, and takes nothing more', async () => {
    const batcher = create();
    const results = add(batcher, 1, 'a', 'b');
    const closed = batcher.close(1000);
    expect(await add(batcher, 1, 'late')()).toEqual(['bus_unavailable']);
    await settle();
    await sent[0]?.take();
    await closed;
    expect(await results()).toEqual(['taken', 'taken']);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('gives up what it could not send by the deadline of closing', async () => {
    const batcher = create();
    const first = add(batcher, 1, 'a');
    await settle();
    const second = add(batcher, 1, 'b');
    const closed = batcher.close(1000);
    await jest.advanceTimersByTimeAsync(1000);
    await closed;
    expect([...(await first()), ...(await second())]).toEqual(['bus_unavailable', 'bus_unavailable']);
    await sent[0]?.take();
    expect(batches()).toEqual([['a']]);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('passes on the error of a sender that knows what it was', async () => {
    const batcher = create({ send: () => Promise.reject(new BusError('bus_unavailable', 'Kafka said no')) });
    const result = batcher.add(1, Buffer.from('a'));
    void settle();
    await expect(result).rejects.toThrow('Kafka said no');
  });
});
