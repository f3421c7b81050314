import { ClientAddress } from './client-address';

const PROXIES = [
  { address: '10.0.0.0', prefix: 8, family: 'ipv4' },
  { address: 'fd00::', prefix: 8, family: 'ipv6' },
] as const;

const addressOf = (remoteAddress: string | undefined, forwarded?: string): string =>
  new ClientAddress(PROXIES).of({ socket: { remoteAddress }, headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded } });

describe('ClientAddress', () => {
  it.each([
    ['the address of the socket', '192.0.2.1', undefined, '192.0.2.1'],
    ['that of an IPv4 client on an IPv6 socket', '::ffff:192.0.2.1', undefined, '192.0.2.1'],
    ['no header of somebody who is no trusted proxy', '192.0.2.1', '198.51.100.7', '192.0.2.1'],
    ['what a trusted proxy says', '10.0.0.1', '198.51.100.7', '198.51.100.7'],
    ['what a trusted proxy says, on an IPv6 socket', '::ffff:10.0.0.1', '198.51.100.7', '198.51.100.7'],
    ['the last address that no trusted proxy has', '10.0.0.1', '1.1.1.1, 198.51.100.7, 10.9.9.9', '198.51.100.7'],
    ['nothing that a client wrote itself', '10.0.0.1', '127.0.0.1, 198.51.100.7', '198.51.100.7'],
    ['no garbage', '10.0.0.1', '198.51.100.7, garbage', '10.0.0.1'],
    ['the proxy where it says nothing', '10.0.0.1', undefined, '10.0.0.1'],
    ['the first of a chain of nothing but proxies', '10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
    ['the network of an IPv6 address', '2001:db8:1:2:3:4:5:6', undefined, '2001:db8:1:2'],
    ['the same network in another spelling', '2001:DB8:1:2::6', undefined, '2001:db8:1:2'],
    ['a network that ends with zeros', 'fd00::1', '2001:db8::1', '2001:db8:0:0'],
    ['a link-local address', 'fe80::1%eth0', undefined, 'fe80:0:0:0'],
    ['nothing of a socket that is gone', undefined, undefined, ''],
  ])('takes %s', (_, remote, forwarded, expected) => {
    expect(addressOf(remote, forwarded)).toBe(expected);
  });
});
