import { type SwitchboardError } from '@switchboard/protocol';
import { RemoteKeys, type TokenHeader } from './remote-keys';
import { keyPair } from './testing/key-pair';

const [first, second] = [keyPair('ES256', 'first'), keyPair('ES256', 'second')];
const [REFRESH_MS, COOLDOWN_MS] = [60_000, 10_000];

/** Somebody who publishes keys, and a clock. */
class Publisher {
  nowMs = 0;
  fetches = 0;
  answer: () => Promise<unknown> = () => Promise.resolve({ keys: [first.jwk] });
  readonly failures: unknown[] = [];
  readonly keys = new RemoteKeys(
    () => {
      this.fetches += 1;
      return this.answer();
    },
    { refreshMs: REFRESH_MS, cooldownMs: COOLDOWN_MS },
    { fetched: () => undefined, fetchFailed: (error) => this.failures.push(error) },
    () => this.nowMs,
  );

  /** How many keys there are, or the code of the error. */
  outcome(header: Partial<TokenHeader> = { kid: 'first' }): Promise<unknown> {
    return this.keys.keysFor({ alg: 'ES256', ...header }).then(
      ({ length }) => length,
      (error: unknown) => (error as SwitchboardError).code,
    );
  }
}

describe('RemoteKeys', () => {
  it('fetches once for all who come at the same time', async () => {
    const publisher = new Publisher();
    expect(await Promise.all(Array.from({ length: 50 }, () => publisher.outcome()))).toEqual(Array.from({ length: 50 }, () => 1));
    expect(await publisher.outcome()).toBe(1);
    expect(publisher.fetches).toBe(1);
  });

  it('fetches anew for a key that it does not know, since keys are rotated', async () => {
    const publisher = new Publisher();
    await publisher.outcome();
    publisher.answer = () => Promise.resolve({ keys: [first.jwk, second.jwk] });
    publisher.nowMs = COOLDOWN_MS;
    expect(await publisher.outcome({ kid: 'second' })).toBe(1);
    expect(publisher.fetches).toBe(2);
  });

  it('says of a key that is not published that the token is bad, and asks to come back where it cannot tell yet', async () => {
    const publisher = new Publisher();
    expect(await publisher.outcome({ kid: 'forged' })).toBe('bad_token');
    expect(await publisher.outcome({ kid: 'forged' })).toBe('unavailable');
    publisher.nowMs = COOLDOWN_MS;
    expect(await publisher.outcome({ kid: 'forged' })).toBe('bad_token');
    expect(publisher.fetches).toBe(2);
  });

  it.each([
    ['an error', () => Promise.reject(new Error('status 500'))],
    ['garbage', () => Promise.resolve('garbage')],
    ['null', () => Promise.resolve(null)],
    ['keys that are no list', () => Promise.resolve({ keys: {} })],
    ['keys that are no objects', () => Promise.resolve({ keys: [7] })],
  ])('keeps the keys that it has while the answer is %s', async (_, answer) => {
    const publisher = new Publisher();
    await publisher.outcome();
    publisher.answer = answer;
    publisher.nowMs = REFRESH_MS;
    expect(await publisher.outcome()).toBe(1);
    publisher.nowMs += COOLDOWN_MS;
    expect(await publisher.outcome({ kid: 'second' })).toBe('unavailable');
    expect(await publisher.outcome()).toBe(1);
    expect(publisher.failures.length).toBeGreaterThan(0);
  });

  it('asks to come back as long as it has no keys, and does not ask more often than it may', async () => {
    const publisher = new Publisher();
    publisher.answer = () => Promise.reject(new Error('status 500'));
    for (let attempt = 0; attempt < 20; attempt += 1) expect(await publisher.outcome()).toBe('unavailable');
    expect(publisher.fetches).toBe(1);
    publisher.answer = () => Promise.resolve({ keys: [first.jwk] });
    publisher.nowMs = COOLDOWN_MS;
    expect(await publisher.outcome()).toBe(1);
  });

  it('fetches behind the back of whoever comes once the keys are old, and forgets those that were withdrawn', async () => {
    const publisher = new Publisher();
    await publisher.outcome();
    let publish: (keys: unknown) => void = () => undefined;
    publisher.answer = () => new Promise((resolve) => (publish = resolve));
    publisher.nowMs = REFRESH_MS;
    expect(await publisher.outcome()).toBe(1);
    expect(await publisher.outcome()).toBe(1);
    expect(publisher.fetches).toBe(2);
    publish({ keys: [second.jwk] });
    await new Promise(setImmediate);
    publisher.answer = () => Promise.resolve({ keys: [second.jwk] });
    publisher.nowMs += COOLDOWN_MS;
    expect(await publisher.outcome({ kid: 'second' })).toBe(1);
    expect(await publisher.outcome()).toBe('bad_token');
  });

  it('gives all keys that fit where the token names none, and none that it cannot use', async () => {
    const publisher = new Publisher();
    const shared = { ...second.jwk, kid: 'x' };
    const encryption = { ...first.jwk, use: 'enc' };
    const secret = { kty: 'oct', k: 'c2VjcmV0', kid: 'first', alg: 'HS256' };
    const broken = { ...first.jwk, x: 'AAAA', kid: 'broken' };
    publisher.answer = () => Promise.resolve({ keys: [secret, encryption, broken, first.jwk, shared, keyPair('EdDSA', 'other').jwk] });
    expect(await publisher.outcome({})).toBe(2);
    publisher.nowMs = COOLDOWN_MS;
    expect(await publisher.outcome({ kid: 'broken' })).toBe('bad_token');
    expect(await publisher.outcome({ alg: 'HS256', kid: 'first' })).toBe('unavailable');
  });
});
