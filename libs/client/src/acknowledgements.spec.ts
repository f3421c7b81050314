import fc from 'fast-check';
import { Acknowledgements } from './acknowledgements';
import { ManualClock } from './testing/manual-clock';

const OWN = 'user:42';

function setUp() {
  const clock = new ManualClock();
  const told: number[] = [];
  const connection = { isReady: true };
  const acknowledgements = new Acknowledgements(clock, ({ streams }) => {
    if (connection.isReady) told.push(streams[OWN] ?? Number.NaN);
    return connection.isReady;
  });
  return { clock, told, connection, acknowledgements };
}

describe('Acknowledgements', () => {
  it('tells the first at once, and those of a burst together, at most once in 200 ms', async () => {
    const { clock, told, acknowledgements } = setUp();
    acknowledgements.onReady(OWN, 0);
    for (let seq = 1; seq <= 50; seq += 1) {
      acknowledgements.onSent(OWN, seq);
      acknowledgements.onHandled(OWN, seq);
      await clock.pass(10);
    }
    await clock.pass(200);
    expect(told).toEqual([1, 20, 40, 50]);
  });

  it('needs no timer while messages come', () => {
    const { clock, told, acknowledgements } = setUp();
    jest.spyOn(clock, 'setTimer').mockImplementation(() => 0 as never);
    acknowledgements.onReady(OWN, 0);
    for (const [seq, atMs] of [
      [1, 0],
      [2, 100],
      [3, 200],
    ] as const) {
      jest.spyOn(clock, 'nowMs').mockReturnValue(atMs);
      acknowledgements.onSent(OWN, seq);
      acknowledgements.onHandled(OWN, seq);
    }
    expect(told).toEqual([1, 3]);
  });

  it('keeps to the own stream', () => {
    const { told, acknowledgements } = setUp();
    acknowledgements.onReady(OWN, 0);
    acknowledgements.onSent('channel:news', 5);
    acknowledgements.onHandled('channel:news', 5);
    acknowledgements.onHandled('everyone', 5);
    acknowledgements.flush();
    expect(told).toEqual([]);
  });

  it('says nothing of what came before this client', () => {
    const { told, acknowledgements } = setUp();
    acknowledgements.onReady(OWN, 17);
    acknowledgements.flush();
    expect([told, acknowledgements.handled()]).toEqual([[], { [OWN]: 17 }]);
  });

  it('tells a new connection again, but only what that one was sent', async () => {
    const { clock, told, acknowledgements } = setUp();
    acknowledgements.onReady(OWN, 0);
    for (const seq of [1, 2, 3]) {
      acknowledgements.onSent(OWN, seq);
      acknowledgements.onHandled(OWN, seq);
    }
    acknowledgements.onReady(OWN, 2);
    expect(told).toEqual([1, 2]);
    acknowledgements.onSent(OWN, 3);
    await clock.pass(200);
    expect(told).toEqual([1, 2, 3]);
  });

  it('begins anew for another user', () => {
    const { told, acknowledgements } = setUp();
    acknowledgements.onReady('user:7', 0);
    acknowledgements.onSent('user:7', 9);
    acknowledgements.onHandled('user:7', 9);
    told.splice(0);
    acknowledgements.onReady(OWN, 3);
    acknowledgements.flush();
    expect(told).toEqual([]);
  });

  it('never goes back on a connection and never beyond what it was sent, and tells all in the end', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('sent' as const) }),
      fc.record({ kind: fc.constant('handled' as const) }),
      fc.record({ kind: fc.constant('pass' as const), ms: fc.nat({ max: 300 }) }),
      fc.record({ kind: fc.constant('lost' as const) }),
      fc.record({ kind: fc.constant('ready' as const), back: fc.nat({ max: 5 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const { clock, told, connection, acknowledgements } = setUp();
        let [sent, delivered, handled] = [0, 0, 0];
        const check = (): void => {
          expect(told).toEqual([...told].sort((a, b) => a - b));
          expect(Math.max(0, ...told)).toBeLessThanOrEqual(Math.min(sent, handled));
        };
        acknowledgements.onReady(OWN, 0);
        for (const { kind, ...rest } of steps) {
          if (kind === 'sent' && connection.isReady) {
            sent += 1;
            delivered = Math.max(delivered, sent);
            acknowledgements.onSent(OWN, sent);
          } else if (kind === 'handled' && handled < delivered) {
            handled += 1;
            acknowledgements.onHandled(OWN, handled);
          } else if (kind === 'pass') {
            await clock.pass((rest as { ms: number }).ms);
          } else if (kind === 'lost') {
            connection.isReady = false;
          } else if (kind === 'ready') {
            connection.isReady = true;
            sent = Math.max(0, delivered - (rest as { back: number }).back);
            told.splice(0);
            acknowledgements.onReady(OWN, sent);
          }
          check();
        }
        connection.isReady = true;
        told.splice(0);
        sent = delivered;
        acknowledgements.onReady(OWN, delivered);
        expect(told).toEqual(handled > 0 ? [handled] : []);
      }),
    );
  });
});
