import { createLocalJWKSet, errors, type CryptoKey, type JWSHeaderParameters } from 'jose';
import { KeyObject } from 'node:crypto';
import { algorithmOf } from '@switchboard/config';
import { SwitchboardError } from '@switchboard/protocol';

/** What the header of a token says of its key. */
export interface TokenHeader {
  readonly alg: string;
  readonly kid?: string | undefined;
}

/** When published keys are fetched. */
export interface RemoteKeysOptions {
  /** Keys so old are fetched anew. */
  readonly refreshMs: number;
  /** The shortest time between two fetches. */
  readonly cooldownMs: number;
}

/** Hears of fetches. */
export interface RemoteKeysObserver {
  fetched(): void;
  fetchFailed(error: unknown): void;
}

type KeySet = ReturnType<typeof createLocalJWKSet>;

/** How many keys are tried for a token that names none: each costs up to a tenth of a millisecond. */
const MOST_TRIED = 16;

/**
 * Knows the keys that somebody publishes. One fetch is under way at a time, and none begins within the cooldown of the last, failed or not;
 * until one succeeds, the keys that are there stay in use.
 *
 * A key that is known is given at once; if the keys are old they are fetched behind its back. One that is not known waits for a fetch.
 */
export class RemoteKeys {
  private readonly usable = new WeakMap<CryptoKey, boolean>();
  private keySet: KeySet | undefined;
  private fetchedAtMs = -Infinity;
  private triedAtMs = -Infinity;
  private hasFailed = false;
  private underWay: Promise<void> | undefined;

  /** @param fetchKeySet gives what the URL answers; ends in time */
  constructor(
    private readonly fetchKeySet: () => Promise<unknown>,
    private readonly options: RemoteKeysOptions,
    private readonly observer: RemoteKeysObserver,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  /**
   * The keys that a token may be signed with: those that fit its algorithm and, if it names one, its key.
   * @throws SwitchboardError `bad_token` if none is published, `unavailable` if that cannot be told at the moment
   */
  async keysFor(header: TokenHeader): Promise<readonly CryptoKey[]> {
    const known = await this.matching(header);
    if (known.length > 0) {
      if (this.nowMs() - this.fetchedAtMs >= this.options.refreshMs) void this.fetch();
      return known;
    }
    const fetching = this.fetch();
    if (fetching === undefined)
      throw new SwitchboardError('unavailable', 'The key of the token is not known, and keys were fetched only just now.');
    await fetching;
    const published = await this.matching(header);
    if (published.length > 0) return published;
    if (this.hasFailed || this.keySet === undefined)
      throw new SwitchboardError('unavailable', 'The keys of tokens cannot be fetched at the moment.');
    throw new SwitchboardError('bad_token', 'The token is signed with a key that is not published.');
  }

  /** Resolves when a fetch has ended, well or not; undefined: none is under way, and the last one is too short ago. Never rejects. */
  private fetch(): Promise<void> | undefined {
    if (this.underWay === undefined && this.nowMs() - this.triedAtMs >= this.options.cooldownMs)
      this.underWay = this.replaceKeys().finally(() => (this.underWay = undefined));
    return this.underWay;
  }

  private async replaceKeys(): Promise<void> {
    this.triedAtMs = this.nowMs();
    try {
      this.keySet = createLocalJWKSet((await this.fetchKeySet()) as Parameters<typeof createLocalJWKSet>[0]);
      this.fetchedAtMs = this.nowMs();
      this.hasFailed = false;
      this.observer.fetched();
    } catch (error) {
      this.hasFailed = true;
      this.observer.fetchFailed(error);
    }
  }

  /** The set gives one object per key and algorithm, and looking into it costs 20 µs. */
  private isUsable(key: CryptoKey, algorithm: string): boolean {
    let isUsable = this.usable.get(key);
    if (isUsable === undefined) {
      isUsable = algorithmOf(KeyObject.from(key)) === algorithm;
      this.usable.set(key, isUsable);
    }
    return isUsable;
  }

  private async matching(header: TokenHeader): Promise<readonly CryptoKey[]> {
    if (this.keySet === undefined) return [];
    const keys: CryptoKey[] = [];
    try {
      keys.push(await this.keySet(header as JWSHeaderParameters));
    } catch (error) {
      if (error instanceof errors.JWKSMultipleMatchingKeys) {
        for await (const key of error) if (keys.length < MOST_TRIED) keys.push(key);
      }
      // Else no key fits, or the one that does cannot be read: there is none either way.
    }
    return keys.filter((key) => this.isUsable(key, header.alg));
  }
}
