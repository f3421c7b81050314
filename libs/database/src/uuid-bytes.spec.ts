import { uuidBytes } from './uuid-bytes';

describe('uuidBytes', () => {
  it('reads the bytes of a uuid in their order', () => {
    expect(uuidBytes('01020304-0506-7708-890a-0b0c0d0e0f10').toString('hex')).toBe('0102030405067708890a0b0c0d0e0f10');
  });
});
