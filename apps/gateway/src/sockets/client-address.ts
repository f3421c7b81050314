import { type IncomingMessage } from 'node:http';
import { BlockList, isIP, isIPv6 } from 'node:net';
import { type Subnet } from '@switchboard/config';

const MAPPED_IPV4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;
const IPV6_GROUPS = 8;
const NETWORK_GROUPS = 4;

/** Tells which address a client has, behind proxies that are trusted. */
export class ClientAddress {
  private readonly trusted = new BlockList();

  constructor(trustedProxies: readonly Subnet[]) {
    for (const { address, prefix, family } of trustedProxies) this.trusted.addSubnet(address, prefix, family);
  }

  /**
   * What counts as one client: an IPv4 address, or an IPv6 network of 64 bits, as any customer gets one. Of X-Forwarded-For the last address
   * counts that no trusted proxy has: what stands before it anybody can have written.
   */
  of({ socket, headers }: Pick<IncomingMessage, 'headers'> & { readonly socket: { readonly remoteAddress?: string | undefined } }): string {
    let address = plain(socket.remoteAddress ?? '');
    const forwarded = String(headers['x-forwarded-for'] ?? '').split(',');
    while (this.isTrusted(address)) {
      const before = plain(forwarded.pop()?.trim() ?? '');
      if (isIP(before) === 0) break;
      address = before;
    }
    return isIPv6(address) ? networkOf(address) : address;
  }

  private isTrusted(address: string): boolean {
    const version = isIP(address);
    return version !== 0 && this.trusted.check(address, version === 4 ? 'ipv4' : 'ipv6');
  }
}

function plain(address: string): string {
  return MAPPED_IPV4.exec(address)?.[1] ?? address;
}

/** The first 64 bits of an IPv6 address, in one spelling. */
function networkOf(address: string): string {
  const [head = '', tail] = new URL(`http://[${address.split('%', 1)[0] ?? ''}]`).hostname.slice(1, -1).split('::');
  const [before, after] = [groupsOf(head), groupsOf(tail ?? '')];
  const zeros = Array.from({ length: tail === undefined ? 0 : IPV6_GROUPS - before.length - after.length }, () => '0');
  return [...before, ...zeros, ...after].slice(0, NETWORK_GROUPS).join(':');
}

function groupsOf(text: string): readonly string[] {
  return text === '' ? [] : text.split(':');
}
