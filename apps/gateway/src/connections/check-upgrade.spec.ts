import { AddressCounts } from '../sockets/address-counts';
import { CheckUpgrade, type CheckUpgradeOptions } from './check-upgrade';

const OPTIONS = { mostConnections: 10, allowedOrigins: [], mostConnectionsPerAddress: 0, upgradesPerSecond: 1_000 };

function checked(options: Partial<CheckUpgradeOptions>, present = { isAdmitting: true, connections: 0 }) {
  let nowMs = 0;
  const addresses = new AddressCounts();
  const counts = { isAdmitting: () => present.isAdmitting, connections: () => present.connections, addresses };
  const check = new CheckUpgrade(counts, { ...OPTIONS, ...options }, () => nowMs);
  return {
    addresses,
    pass: (ms: number) => (nowMs += ms),
    refusal: (origin?: string, address = '192.0.2.1') => check.refusal({ headers: origin === undefined ? {} : { origin } }, address),
  };
}

describe('CheckUpgrade', () => {
  it('takes any origin unless some are named, and then only those; who is no browser names none', () => {
    expect(checked({}).refusal('https://evil.example')).toBeUndefined();
    const { refusal } = checked({ allowedOrigins: ['https://app.example'] });
    expect(refusal('https://app.example')).toBeUndefined();
    expect(refusal()).toBeUndefined();
    for (const origin of [
      'https://evil.example',
      'http://app.example',
      'https://app.example:8443',
      'https://app.example.evil.example',
      'null',
      '',
    ]) {
      expect(refusal(origin)).toMatchObject({ limit: 'origin', error: { code: 'origin_refused' }, close: { code: 4502 } });
      expect(refusal(origin)?.retryAfterMs).toBeUndefined();
    }
  });

  it.each([
    ['that does not admit', { isAdmitting: false, connections: 0 }, 'unavailable'],
    ['that is full', { isAdmitting: true, connections: 10 }, 'overloaded'],
  ])('refuses at a server %s', (_, present, code) => {
    expect(checked({}, present).refusal()).toMatchObject({
      error: { code },
      close: { code: 4003 },
      retryAfterMs: expect.any(Number) as number,
    });
  });

  it('counts the sockets of each address by itself', () => {
    const { addresses, refusal } = checked({ mostConnectionsPerAddress: 2 });
    addresses.add('192.0.2.1');
    addresses.add('192.0.2.1');
    expect(refusal()).toMatchObject({ limit: 'address', error: { code: 'rate_limited' }, close: { code: 4007 } });
    expect(refusal(undefined, '192.0.2.2')).toBeUndefined();
    addresses.remove('192.0.2.1');
    expect(refusal()).toBeUndefined();
  });

  it('bounds the upgrades of a second, and says when to come back; refused ones count for nothing', () => {
    const { pass, refusal } = checked({ upgradesPerSecond: 2 });
    expect(Array.from({ length: 4 }, () => refusal())).toEqual(Array.from({ length: 4 }, () => undefined));
    for (let attempt = 0; attempt < 10; attempt += 1) {
      const refused = refusal();
      expect(refused).toMatchObject({ limit: 'upgrades', error: { code: 'overloaded' }, close: { code: 4003 } });
      expect(refused?.retryAfterMs).toBeGreaterThanOrEqual(1_500);
    }
    pass(500);
    expect(refusal()).toBeUndefined();
  });
});
