import { isIP } from 'node:net';
import { z } from 'zod';
import { commaSeparated, wholeNumber } from './schemas';
import { type Setting, type SettingsOf } from './settings';

const KIBIBYTE = 1_024;
const MEBIBYTE = 1_024 * KIBIBYTE;

/** A network by its address and the length of its prefix. */
export interface Subnet {
  readonly address: string;
  readonly prefix: number;
  readonly family: 'ipv4' | 'ipv6';
}

const subnets = commaSeparated().transform((texts, context) =>
  texts.map((text) => {
    const subnet = parseSubnet(text);
    if (subnet !== undefined) return subnet;
    context.addIssue({ code: 'custom', message: 'must be addresses or networks such as 10.0.0.0/8, separated by commas' });
    return z.NEVER;
  }),
);

const origins = commaSeparated().transform((texts, context) =>
  texts.map((text) => {
    if (URL.canParse(text) && new URL(text).origin === text.toLowerCase()) return text.toLowerCase();
    context.addIssue({ code: 'custom', message: 'must be origins such as https://app.example, separated by commas' });
    return z.NEVER;
  }),
);

/** What bounds clients, beside the sizes in `gatewaySettings`. */
export const clientLimitSettings = {
  allowedOrigins: {
    env: 'ALLOWED_ORIGINS',
    schema: origins,
    description:
      'The origins of pages that may connect, such as https://app.example, separated by commas; those of others are closed with 4502. Unset: any. Clients that are no browsers name no origin, and are not concerned.',
  },
  upgradesPerSecond: {
    env: 'MAX_UPGRADES_PER_SECOND',
    schema: wholeNumber(2_000, 1, 1_000_000),
    unit: 'upgrades/s',
    shownDefault: '2000',
    description:
      'How many sockets a server takes in a second, and twice as many at once; others are asked to come back. Keeps those that are connected alive when all clients come back together.',
  },
  mostConnectionsPerAddress: {
    env: 'MAX_CONNECTIONS_PER_ADDRESS',
    schema: wholeNumber(0, 0, 1_000_000),
    unit: 'connections',
    shownDefault: '0',
    description:
      'The most sockets of one address on one server; of IPv6 a /64 network counts as one. 0: no limit, since many people share the address of an office or a mobile network. Behind proxies set TRUSTED_PROXIES too, else all clients have the address of the proxy.',
  },
  mostConnectionsPerUser: {
    env: 'MAX_CONNECTIONS_PER_USER',
    schema: wholeNumber(0, 0, 1_000),
    unit: 'connections',
    shownDefault: '0',
    description:
      'The most connections of one user over all servers. 0: no limit. Each connect then costs a look-up besides; connects that come together share one.',
  },
  userConnectionPolicy: {
    env: 'USER_CONNECTION_POLICY',
    schema: z.enum(['replace', 'refuse'], { error: 'must be replace or refuse' }).default('replace'),
    shownDefault: 'replace',
    description:
      'What happens where a user has too many connections: replace closes the oldest with 4506; refuse closes the new one with 4505, also while an old one is dead but not yet given up.',
  },
  trustedProxies: {
    env: 'TRUSTED_PROXIES',
    schema: subnets,
    description:
      'The addresses or networks (10.0.0.0/8) of proxies whose X-Forwarded-For is believed, separated by commas. Unset: the address of a client is that of its socket.',
  },
  framesPerSecond: {
    env: 'MAX_FRAMES_PER_SECOND',
    schema: wholeNumber(200, 1, 1_000_000),
    unit: 'frames/s',
    shownDefault: '200',
    description:
      'How many frames a client may send in a second, and 5 times as many at once. One that goes beyond is told so, and closed with 4007 when it has sent twice as many; pings count.',
  },
  bytesPerSecond: {
    env: 'MAX_BYTES_PER_SECOND',
    schema: wholeNumber(256 * KIBIBYTE, 16 * KIBIBYTE, 1_024 * MEBIBYTE),
    unit: 'bytes/s',
    shownDefault: '262144',
    description: 'How many bytes of frames a client may send in a second; as MAX_FRAMES_PER_SECOND otherwise.',
  },
  sendsPerSecond: {
    env: 'MAX_SENDS_PER_SECOND',
    schema: wholeNumber(20, 1, 100_000),
    unit: 'messages/s',
    shownDefault: '20',
    description:
      'How many messages a connection may send in a second, and 5 times as many at once; further ones are refused as rate_limited.',
  },
} satisfies Record<string, Setting>;

/** The values of `clientLimitSettings`. */
export type ClientLimitSettings = SettingsOf<typeof clientLimitSettings>;

function parseSubnet(text: string): Subnet | undefined {
  const [address = '', prefixText, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return undefined;
  const longest = version === 4 ? 32 : 128;
  const prefix = prefixText === undefined ? longest : /^\d{1,3}$/.test(prefixText) ? Number(prefixText) : Number.NaN;
  return prefix >= 0 && prefix <= longest ? { address, prefix, family: version === 4 ? 'ipv4' : 'ipv6' } : undefined;
}
