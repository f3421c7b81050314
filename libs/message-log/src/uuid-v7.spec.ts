import { uuidV7 } from './uuid-v7';

describe('uuidV7', () => {
  it('has the time, the version and the variant in their places', () => {
    const uuid = uuidV7(0x0123_4567_89ab).toString('hex');
    expect(uuid).toMatch(/^0123456789ab7[0-9a-f]{3}[89ab][0-9a-f]{15}$/);
  });

  it('does not repeat', () => {
    const uuids = new Set(Array.from({ length: 10_000 }, () => uuidV7(1).toString('hex')));
    expect(uuids.size).toBe(10_000);
  });
});
