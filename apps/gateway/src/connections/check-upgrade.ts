import { type IncomingMessage } from 'node:http';
import { spread, TokenBucket } from '@switchboard/limits';
import { CLOSE, SwitchboardError } from '@switchboard/protocol';
import { type GatewayOptions } from '../gateway-options';
import { type AddressCounts } from '../sockets/address-counts';
import { type UpgradeRefusal } from '../sockets/connect-endpoint';

/** How many seconds' worth of upgrades may come at once. */
const BURST_S = 2;
/** When somebody else's leaving may have made room. */
const RETRY_AFTER_MS = 1_000;

/** The limit that an upgrade met. */
export type UpgradeLimit = 'origin' | 'admission' | 'connections' | 'address' | 'upgrades';

/** A refusal, and which limit was the reason. */
export interface LimitedUpgrade extends UpgradeRefusal {
  readonly limit: UpgradeLimit;
}

/** The limits that are checked. */
export type CheckUpgradeOptions = Pick<
  GatewayOptions,
  'mostConnections' | 'allowedOrigins' | 'mostConnectionsPerAddress' | 'upgradesPerSecond'
>;

/** What is counted elsewhere. */
export interface UpgradeCounts {
  /** Whether this server can take connections now. */
  readonly isAdmitting: () => boolean;
  /** How many connections there are. */
  readonly connections: () => number;
  readonly addresses: Pick<AddressCounts, 'of'>;
}

/** Decides whether a socket may be taken; whoever is refused counts for nothing. */
export class CheckUpgrade {
  private readonly upgrades: TokenBucket;

  constructor(
    private readonly counts: UpgradeCounts,
    private readonly options: CheckUpgradeOptions,
    nowMs?: () => number,
  ) {
    const { upgradesPerSecond: perSecond } = options;
    this.upgrades = new TokenBucket({ perSecond, burst: perSecond * BURST_S }, nowMs);
  }

  /**
   * Why this upgrade is refused; undefined: it is not.
   * @param address of the client
   */
  refusal({ headers: { origin } }: Pick<IncomingMessage, 'headers'>, address: string): LimitedUpgrade | undefined {
    const { counts, options } = this;
    const { allowedOrigins, mostConnections, mostConnectionsPerAddress } = options;
    if (origin !== undefined && allowedOrigins.length > 0 && !allowedOrigins.includes(origin.toLowerCase()))
      return { limit: 'origin', error: new SwitchboardError('origin_refused'), close: CLOSE.originRefused };
    if (!counts.isAdmitting())
      return overloaded('admission', new SwitchboardError('unavailable', 'This server takes no connections at the moment.'));
    if (counts.connections() >= mostConnections)
      return overloaded('connections', new SwitchboardError('overloaded', 'This server has as many connections as it may have.'));
    if (mostConnectionsPerAddress > 0 && counts.addresses.of(address) >= mostConnectionsPerAddress) {
      const error = new SwitchboardError('rate_limited', 'Your address has as many connections as it may have.');
      return { limit: 'address', error, close: CLOSE.rateLimited, retryAfterMs: spread(RETRY_AFTER_MS) };
    }
    const waitMs = this.upgrades.take();
    if (waitMs === 0) return undefined;
    const error = new SwitchboardError('overloaded', 'This server takes no more connections in so short a time.');
    return overloaded('upgrades', error, waitMs);
  }
}

function overloaded(limit: UpgradeLimit, error: SwitchboardError, waitMs = 0): LimitedUpgrade {
  return { limit, error, close: CLOSE.overloaded, retryAfterMs: spread(RETRY_AFTER_MS + waitMs) };
}
