import { wholeNumber } from './schemas';
import { type Setting, type SettingsOf } from './settings';

const KIBIBYTE = 1_024;
const SECOND_MS = 1_000;

/** What a gateway lets clients do. */
export const gatewaySettings = {
  pingIntervalMs: {
    env: 'PING_INTERVAL_MS',
    schema: wholeNumber(25 * SECOND_MS, 100, 600 * SECOND_MS),
    unit: 'ms',
    shownDefault: '25000',
    description:
      'A client of which nothing came for so long is asked; after two such intervals it is closed. Below the idle timeout of most proxies.',
  },
  helloDeadlineMs: {
    env: 'HELLO_DEADLINE_MS',
    schema: wholeNumber(8 * SECOND_MS, 100, 120 * SECOND_MS),
    unit: 'ms',
    shownDefault: '8000',
    description: 'How long a client may take for its hello.',
  },
  reconcileRoundMs: {
    env: 'RECONCILE_ROUND_MS',
    schema: wholeNumber(5 * SECOND_MS, 100, 600 * SECOND_MS),
    unit: 'ms',
    shownDefault: '5000',
    description: 'Once in this time each stream is compared with the log: it bounds how late a message is whose event was lost.',
  },
  frameBytes: {
    env: 'MAX_FRAME_BYTES',
    schema: wholeNumber(80 * KIBIBYTE, KIBIBYTE, 1_024 * KIBIBYTE),
    unit: 'bytes',
    shownDefault: '81920',
    description: 'The largest frame that a client may send.',
  },
  socketBufferBytes: {
    env: 'SOCKET_BUFFER_BYTES',
    schema: wholeNumber(256 * KIBIBYTE, 16 * KIBIBYTE, 64 * 1_024 * KIBIBYTE),
    unit: 'bytes',
    shownDefault: '262144',
    description:
      'What may wait in memory for a slow client before its subscriptions pause; they catch up from the log once it has drained.',
  },
  mostConnections: {
    env: 'MAX_CONNECTIONS',
    schema: wholeNumber(50_000, 1, 1_000_000),
    unit: 'connections',
    shownDefault: '50000',
    description: 'The most sockets of one server; further clients are asked to try elsewhere.',
  },
  drainWindowMs: {
    env: 'DRAIN_WINDOW_MS',
    schema: wholeNumber(60 * SECOND_MS, 100, 3_600 * SECOND_MS),
    unit: 'ms',
    shownDefault: '60000',
    description: 'A server that is drained asks its clients to go elsewhere within this time, evenly spread.',
  },
  goawayWithinMs: {
    env: 'GOAWAY_WITHIN_MS',
    schema: wholeNumber(10 * SECOND_MS, 100, 600 * SECOND_MS),
    unit: 'ms',
    shownDefault: '10000',
    description: 'How long after a client was asked to go elsewhere its socket is closed.',
  },
  mostWatches: {
    env: 'MAX_WATCHED_MESSAGES',
    schema: wholeNumber(10_000, 1, 1_000_000),
    unit: 'messages',
    shownDefault: '10000',
    description:
      'The most messages whose senders wait for what becomes of them on this server. Who waits for further ones hears nothing until their time is over.',
  },
  mostSubscriptions: {
    env: 'MAX_SUBSCRIPTIONS',
    schema: wholeNumber(100, 2, 10_000),
    unit: 'subscriptions',
    shownDefault: '100',
    description: 'The most streams that one connection follows, the stream of its user and that of everyone included.',
  },
  mostHeldEphemerals: {
    env: 'MAX_HELD_EPHEMERALS',
    schema: wholeNumber(64, 1, 10_000),
    unit: 'messages',
    shownDefault: '64',
    description:
      'The most ephemeral messages that wait for one slow client, the newest of each stream and conflateKey; where there are more, the oldest go.',
  },
  heldEphemeralBytes: {
    env: 'HELD_EPHEMERAL_BYTES',
    schema: wholeNumber(128 * KIBIBYTE, KIBIBYTE, 64 * 1_024 * KIBIBYTE),
    unit: 'bytes',
    shownDefault: '131072',
    description: 'The most bytes of them, for one client.',
  },
  allHeldEphemeralBytes: {
    env: 'ALL_HELD_EPHEMERAL_BYTES',
    schema: wholeNumber(64 * 1_024 * KIBIBYTE, KIBIBYTE, 16 * 1_024 * 1_024 * KIBIBYTE),
    unit: 'bytes',
    shownDefault: '67108864',
    description:
      'The most bytes of ephemeral messages that wait for all slow clients of one server together; beyond it new ones are dropped.',
  },
  mostWaitingEphemerals: {
    env: 'MAX_WAITING_EPHEMERALS',
    schema: wholeNumber(1_000, 1, 1_000_000),
    unit: 'messages',
    shownDefault: '1000',
    description:
      'The most ephemeral messages of one server that are being written to more sockets than fit a turn, or wait for such a one; further ones are dropped.',
  },
} satisfies Record<string, Setting>;

/** The values of `gatewaySettings`. */
export type GatewaySettings = SettingsOf<typeof gatewaySettings>;
