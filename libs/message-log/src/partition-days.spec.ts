import { isExpiredPartition, neededPartitions } from './partition-days';

const at = (iso: string): number => Date.parse(iso);
const DAY_MS = 86_400_000;

describe('neededPartitions', () => {
  it('reach from today to two days beyond the last expiry', () => {
    const days = neededPartitions(at('2026-12-30T23:59:59Z'), 7 * DAY_MS);
    expect(days).toHaveLength(10);
    expect(days[0]).toEqual({ name: 'messages_20261230', from: '2026-12-30T00:00:00.000Z', to: '2026-12-31T00:00:00.000Z' });
    expect(days.at(-1)?.name).toBe('messages_20270108');
  });
});

describe('isExpiredPartition', () => {
  it('waits some minutes beyond the end of the day', () => {
    expect(isExpiredPartition('messages_20261130', at('2026-12-01T00:05:00Z'))).toBe(false);
    expect(isExpiredPartition('messages_20261130', at('2026-12-01T00:05:01Z'))).toBe(true);
  });

  it('leaves alone what is not a day', () => {
    expect(isExpiredPartition('messages_archive', at('2026-12-01T00:05:01Z'))).toBe(false);
    expect(isExpiredPartition('messages_20201130; DROP TABLE x', at('2026-12-01T00:05:01Z'))).toBe(false);
  });
});
