import fc from 'fast-check';
import { type DropReason, type EphemeralMessage } from './ephemeral-message';
import { HeldMessages } from './held-messages';

const LIMITS = { messages: 4, bytes: 40 };
const KEYS = ['a', 'b', 'c', 'd', 'e', 'f'];

interface Step {
  readonly kind: 'hold' | 'next';
  readonly stream: string;
  readonly key: string;
  readonly bytes: number;
  readonly ttl: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom('hold' as const, 'hold' as const, 'next' as const),
  stream: fc.constantFrom('user:1', 'channel:1'),
  key: fc.constantFrom(...KEYS),
  bytes: fc.integer({ min: 1, max: 45 }),
  ttl: fc.integer({ min: 1, max: 30 }),
});

describe('The messages that wait for a slow client', () => {
  it('are the newest of each key, in order, alive, within the bounds, and each other one was counted', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const drops: DropReason[] = [];
        const held = new HeldMessages(LIMITS, (reason) => drops.push(reason));
        const last = new Map<string, EphemeralMessage>();
        const taken: EphemeralMessage[] = [];
        const unsound: number[] = [];
        let offered = 0;
        steps.forEach(({ kind, stream, key, bytes, ttl }, nowMs) => {
          if (kind === 'hold') {
            const message = { stream, frame: Buffer.alloc(bytes, key), expiresAtMs: nowMs + ttl, conflateKey: key };
            held.hold(key, message);
            last.set(stream + key, message);
            offered += 1;
          } else {
            const message = held.next(nowMs);
            const isSound =
              message === undefined
                ? held.size === 0
                : message.expiresAtMs > nowMs && last.get(message.stream + String(message.conflateKey)) === message;
            if (!isSound) unsound.push(nowMs);
            if (message !== undefined) taken.push(message);
          }
          expect(held.size).toBeLessThanOrEqual(LIMITS.messages);
          expect(held.bytes).toBeLessThanOrEqual(LIMITS.bytes);
        });
        expect(unsound).toEqual([]);
        expect(taken.length + drops.length + held.size).toBe(offered);
        const rest: EphemeralMessage[] = [];
        for (let next = held.next(0); next !== undefined; next = held.next(0)) rest.push(next);
        const order = [...last.values()];
        expect(held.bytes).toBe(0);
        expect(new Set([...taken, ...rest]).size).toBe(taken.length + rest.length);
        expect(rest.every((message) => order.includes(message))).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('are written in the order in which the newest of each key came', () => {
    const held = new HeldMessages(LIMITS, () => undefined);
    const hold = (key: string, text: string): void => {
      held.hold(key, { stream: 'user:1', frame: Buffer.from(text), expiresAtMs: 1, conflateKey: key });
    };
    hold('a', 'a1');
    hold('b', 'b1');
    hold('a', 'a2');
    expect([held.next(0), held.next(0), held.next(0)].map((message) => message?.frame.toString())).toEqual(['b1', 'a2', undefined]);
  });

  it('make room by dropping the oldest', () => {
    const drops: DropReason[] = [];
    const held = new HeldMessages(LIMITS, (reason) => drops.push(reason));
    for (const key of KEYS) held.hold(key, { stream: 'user:1', frame: Buffer.from(key), expiresAtMs: 1, conflateKey: key });
    expect(drops).toEqual(['full', 'full']);
    expect(held.next(0)?.frame.toString()).toBe('c');
  });
});
