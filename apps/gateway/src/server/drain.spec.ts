import { type ServerFrame } from '@switchboard/protocol';
import { FakeTimers } from '@switchboard/testing';
import fc from 'fast-check';
import { ClientConnection, type ConnectionPhase } from '../connections/client-connection';
import { type ClientSocket } from '../sockets/client-socket';
import { Drain } from './drain';

const OPTIONS = { drainWindowMs: 60_000, goawayWithinMs: 10_000 };

function setUp(phases: readonly ConnectionPhase[]) {
  const timers = new FakeTimers();
  const log: { readonly index: number; readonly atMs: number; readonly what: ServerFrame | number }[] = [];
  const connections = phases.map((phase, index) => {
    const socket = {
      send: (what: ServerFrame) => log.push({ index, atMs: timers.nowMs(), what }),
      close: ({ code }: { code: number }) => log.push({ index, atMs: timers.nowMs(), what: code }),
    };
    const connection = new ClientConnection(socket as unknown as ClientSocket, undefined);
    connection.phase = phase;
    return connection;
  });
  const drain = new Drain({ connections: () => connections, asked: () => undefined, timers }, OPTIONS);
  const goaways = () => log.filter(({ what }) => typeof what === 'object');
  const closes = () => log.filter(({ what }) => typeof what === 'number');
  return { timers, connections, drain, goaways, closes };
}

const ready = (count: number): ConnectionPhase[] => Array.from({ length: count }, () => 'ready');

describe('Drain', () => {
  it('asks every client once, evenly over the window, and closes it when its time is over', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 2_000 }), async (count) => {
        const { timers, drain, goaways, closes } = setUp(ready(count));
        drain.start();
        await timers.advance(OPTIONS.drainWindowMs / 2);
        const [half, burst] = [count / 2, 2];
        expect(goaways().length).toBeLessThanOrEqual(Math.max(half * 1.05, OPTIONS.drainWindowMs / 2_000) + burst);
        expect(goaways().length).toBeGreaterThanOrEqual(Math.floor(half * 0.95 - burst));
        const aLook = 100;
        await timers.advance(OPTIONS.drainWindowMs / 2 + OPTIONS.goawayWithinMs + aLook);
        expect(new Set(goaways().map(({ index }) => index)).size).toBe(count);
        expect(goaways()).toHaveLength(count);
        for (const { index, atMs, what } of closes()) {
          expect(what).toBe(4000);
          expect(atMs - (goaways()[index]?.atMs ?? 0)).toBe(OPTIONS.goawayWithinMs);
        }
        expect(closes()).toHaveLength(count);
        expect(timers.pending).toBe(0);
      }),
      { numRuns: 10 },
    );
  });

  it('begins once', async () => {
    const { timers, drain, goaways } = setUp(ready(10));
    expect(drain.isDraining).toBe(false);
    drain.start();
    drain.start();
    expect(drain.isDraining).toBe(true);
    await timers.advance(100_000);
    expect(goaways()).toHaveLength(10);
  });

  it('tells when to connect elsewhere, before the socket closes', () => {
    const { drain, goaways } = setUp(ready(1));
    drain.start();
    expect(goaways()[0]?.what).toMatchObject({ type: 'goaway', withinMs: 10_000, reason: 'drain' });
    expect((goaways()[0]?.what as { inMs: number }).inMs).toBeLessThanOrEqual(1_000);
  });

  it('closes who has not said hello, and asks who was being opened once they are ready', async () => {
    const { timers, drain, connections, goaways, closes } = setUp(['new', 'opening', 'ended']);
    drain.start();
    await timers.advance(5_000);
    expect([closes().map(({ index }) => index), goaways()]).toEqual([[0], []]);
    for (const connection of connections) if (connection.phase === 'opening') connection.phase = 'ready';
    connections.pop();
    await timers.advance(5_000);
    expect(goaways().map(({ index }) => index)).toEqual([1]);
  });

  it('does not close who has gone by itself, and nothing after it is stopped', async () => {
    const { timers, drain, connections, closes } = setUp(ready(5));
    drain.start();
    await timers.advance(5_000);
    for (const connection of connections.slice(0, 3)) connection.phase = 'ended';
    drain.stop();
    await timers.advance(100_000);
    expect([closes(), timers.pending]).toEqual([[], 0]);
  });
});
