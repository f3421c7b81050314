import { isOwnHost } from './is-own-host';

describe('isOwnHost', () => {
  it.each([
    ['localhost', '127.0.0.1'],
    ['localhost:8080', '127.0.0.1'],
    ['LOCALHOST:8080', '127.0.0.1'],
    ['127.0.0.1:8080', '127.0.0.1'],
    ['[::1]:8080', '::1'],
    ['box.internal:8080', 'box.internal'],
    ['192.168.1.5:8080', '192.168.1.5'],
    ['192.168.1.5:8080', '0.0.0.0'],
    ['[fd00::5]:8080', '::'],
    ['[fd00::5]:8080', 'fd00:0::5'],
  ])('takes %s when it listens on %s', (header, listenHost) => {
    expect(isOwnHost(header, listenHost)).toBe(true);
  });

  it.each([
    ['evil.example:8080', '127.0.0.1'],
    ['evil.example', '0.0.0.0'],
    ['evil.example', '::'],
    ['localhost.evil.example', '127.0.0.1'],
    ['127.0.0.1.evil.example', '127.0.0.1'],
    ['192.168.1.5:8080', '127.0.0.1'],
    ['', '127.0.0.1'],
    [undefined, '127.0.0.1'],
    ['[', '127.0.0.1'],
  ])('refuses %s when it listens on %s', (header, listenHost) => {
    expect(isOwnHost(header, listenHost)).toBe(false);
  });
});
