import type { ServerFrame } from '@switchboard/protocol';
import { clientError } from './client-error';
import type { StateChange } from './events';
import { Link } from './link';
import { resolveOptions } from './options';
import { ManualClock, settled } from './testing/manual-clock';
import type { WebSocketLike } from './web-socket';

class FakeSocket implements WebSocketLike {
  onopen: unknown;
  onmessage: unknown;
  onclose: unknown;
  onerror: unknown;
  readonly sent: string[] = [];
  isClosed = false;

  send(data: string): void {
    this.sent.push(data);
  }

  close(): void {
    this.isClosed = true;
  }

  open(): void {
    (this.onopen as () => void)();
  }

  hear(frame: ServerFrame): void {
    (this.onmessage as (event: { data: string }) => void)({ data: JSON.stringify(frame) });
  }

  end(code: number): void {
    (this.onclose as (event: { code: number; reason: string }) => void)({ code, reason: '' });
  }

  becomeReady(): void {
    this.open();
    const limits = { frameBytes: 1, dataBytes: 1, subscriptions: 1 };
    this.hear({ type: 'ready', connection: 'c', server: 's', user: 'u', streams: {}, pingIntervalMs: 1_000_000, limits });
  }
}

function setUp() {
  const clock = new ManualClock();
  const sockets: FakeSocket[] = [];
  const states: StateChange[] = [];
  class Socket extends FakeSocket {
    constructor() {
      super();
      sockets.push(this);
    }
  }
  const options = resolveOptions({ url: 'ws://test', token: () => 't', WebSocket: Socket, backoff: { baseMs: 1_000, capMs: 30_000 } });
  const link = new Link(
    options,
    clock,
    {
      hello: () => ({ type: 'hello' }),
      onReady: () => undefined,
      onFrame: () => undefined,
      onLost: () => undefined,
      onError: () => undefined,
      onClosed: () => undefined,
      onState: (change) => states.push(change),
    },
    () => 1,
  );
  const socket = (count: number): FakeSocket => {
    const found = sockets[count - 1];
    if (!found) throw new Error(`There is no socket ${String(count)}`);
    return found;
  };
  const waits = (): number[] => states.flatMap((change) => (change.state === 'waiting' ? [change.delayMs] : []));
  return { clock, sockets, states, link, socket, waits };
}

describe('Link', () => {
  it('waits longer after each failure, up to the cap', async () => {
    const { clock, link, socket, waits } = setUp();
    link.start();
    await settled();
    for (let count = 1; count <= 7; count += 1) {
      socket(count).end(1006);
      await clock.pass(waits().at(-1) ?? 0);
    }
    expect(waits()).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  });

  it('forgets its failures only after a connection that was ready for a while', async () => {
    const { clock, link, socket, waits } = setUp();
    link.start();
    await settled();
    socket(1).end(1006);
    await clock.pass(1_000);
    socket(2).becomeReady();
    await clock.pass(9_999);
    socket(2).end(1006);
    await clock.pass(2_000);
    socket(3).becomeReady();
    await clock.pass(10_000);
    socket(3).end(1006);
    expect(waits()).toEqual([1_000, 2_000, 1_000]);
  });

  it('renews an expired token at once, but not over and over', async () => {
    const { clock, link, socket, waits } = setUp();
    link.start();
    await settled();
    socket(1).becomeReady();
    socket(1).end(4501);
    await clock.pass(0);
    socket(2).becomeReady();
    socket(2).end(4501);
    await clock.pass(1_000);
    socket(3).end(4501);
    await clock.pass(2_000);
    socket(4).becomeReady();
    await clock.pass(10_000);
    socket(4).end(4501);
    expect(waits()).toEqual([0, 1_000, 2_000, 0]);
  });

  it('moves when it is asked to, but does not spin when every server sends it away', async () => {
    const { clock, link, socket, sockets } = setUp();
    link.start();
    await settled();
    socket(1).becomeReady();
    socket(1).hear({ type: 'goaway', inMs: 100, reason: 'drain' });
    await clock.pass(99);
    expect(sockets).toHaveLength(1);
    await clock.pass(1);
    socket(2).becomeReady();
    expect(socket(1).isClosed).toBe(true);
    socket(2).hear({ type: 'goaway', inMs: 100, reason: 'drain' });
    await clock.pass(999);
    expect(sockets).toHaveLength(2);
    await clock.pass(1);
    expect(sockets).toHaveLength(3);
  });

  it('drops a socket that never opens, and one that never says ready', async () => {
    const { clock, link, socket, waits } = setUp();
    link.start();
    await settled();
    await clock.pass(10_000);
    expect(socket(1).isClosed).toBe(true);
    await clock.pass(1_000);
    socket(2).open();
    await clock.pass(10_000);
    expect(socket(2).isClosed).toBe(true);
    expect(waits()).toEqual([1_000, 2_000]);
  });

  it('asks after 1.5 ping intervals without a word, and leaves after 2.5', async () => {
    const { clock, link, socket, states } = setUp();
    link.start();
    await settled();
    socket(1).becomeReady();
    await clock.pass(1_499_999);
    expect(socket(1).sent).toHaveLength(1);
    await clock.pass(1);
    expect(socket(1).sent.at(-1)).toBe('{"type":"ping"}');
    await clock.pass(999_999);
    expect(link.state).toBe('ready');
    await clock.pass(1);
    expect(states).toContainEqual(expect.objectContaining({ state: 'waiting', reason: 'the server is silent' }));
  });

  it('counts from the last word, whatever it was', async () => {
    const { clock, link, socket } = setUp();
    link.start();
    await settled();
    socket(1).becomeReady();
    for (let count = 0; count < 5; count += 1) {
      await clock.pass(2_400_000);
      socket(1).hear({ type: 'ping' });
    }
    expect(link.state).toBe('ready');
    await clock.pass(2_500_000);
    expect(socket(1).isClosed).toBe(true);
  });

  it('stays with a server that only answers its pings', async () => {
    const { clock, link, socket } = setUp();
    link.start();
    await settled();
    socket(1).becomeReady();
    for (let count = 1; count <= 5; count += 1) {
      await clock.pass(1_500_000);
      expect(socket(1).sent).toHaveLength(1 + count);
      socket(1).hear({ type: 'pong' });
    }
    expect(link.state).toBe('ready');
  });

  it('leaves no timer and no socket behind when it is stopped', async () => {
    const { clock, link, socket, sockets } = setUp();
    link.start();
    await settled();
    socket(1).end(1006);
    link.stop(1000, 'enough', clientError('closed'));
    await clock.pass(100_000);
    expect(sockets).toHaveLength(1);
    expect(link.state).toBe('closed');
  });

  it('comes back at once when the page wakes up, but not before a server has asked it to', async () => {
    const { clock, link, socket, sockets } = setUp();
    link.start();
    await settled();
    socket(1).end(1006);
    link.wake();
    await clock.pass(250);
    expect(sockets).toHaveLength(2);
    socket(2).open();
    socket(2).hear({ type: 'error', code: 'overloaded', message: 'later', retryable: true, retryAfterMs: 60_000 });
    socket(2).end(4003);
    link.wake();
    await clock.pass(59_999);
    expect(sockets).toHaveLength(2);
    await clock.pass(1);
    expect(sockets).toHaveLength(3);
  });

  it('makes sure of its connection when the page wakes up', async () => {
    const { clock, link, socket, states } = setUp();
    link.start();
    await settled();
    socket(1).becomeReady();
    link.wake();
    expect(socket(1).sent.at(-1)).toBe('{"type":"ping"}');
    await clock.pass(4_999);
    socket(1).hear({ type: 'pong' });
    await clock.pass(1_000_000);
    expect(link.state).toBe('ready');
    socket(1).hear({ type: 'ping' });
    await clock.pass(1);
    link.wake();
    await clock.pass(5_000);
    expect(socket(1).isClosed).toBe(true);
    expect(states.at(-1)).toMatchObject({ state: 'waiting', reason: 'the server is silent' });
  });

  it('leaves its connection when it pauses, and comes back only when it is told to', async () => {
    const { clock, link, socket, sockets, states } = setUp();
    link.start();
    await settled();
    socket(1).becomeReady();
    link.pause();
    link.wake();
    await clock.pass(100_000);
    expect([socket(1).isClosed, sockets.length, link.state]).toEqual([true, 1, 'paused']);
    link.unpause();
    await clock.pass(1_000);
    expect(sockets).toHaveLength(2);
    expect(states.map(({ state }) => state)).toEqual(['connecting', 'ready', 'paused', 'waiting', 'connecting']);
  });
});
