import { createVerifier, TokenError } from 'fast-jwt';
import { type CryptoKey } from 'jose';
import { KeyObject } from 'node:crypto';
import { tokenKeys, type TokenAlgorithm, type TokenSettingValues } from '@switchboard/config';
import { SwitchboardError } from '@switchboard/protocol';
import { type RemoteKeys, type TokenHeader } from './remote-keys';
import { grantsOf, type TokenGrants } from './token-grants';

/** Checks the signature and the times of a token with one key, and gives its claims. */
type Check = (token: string) => unknown;

/**
 * Verifies the tokens of clients, with a key of the settings or with published ones. fast-jwt checks signatures: with it one verification costs
 * 35 µs of CPU with HS256, 50 with RS256, 83 with ES256 and 123 with EdDSA, where jose takes 114, 91, 134 and 165. Keys that are published are
 * jose's business.
 */
export class TokenVerifier {
  private readonly remoteKeys: RemoteKeys | undefined;
  /** Of a secret or key in the settings. */
  private readonly ownCheck: Check | undefined;
  private readonly checks = new WeakMap<CryptoKey, Check>();
  private readonly algorithms: readonly TokenAlgorithm[];

  /**
   * @param remoteKeys makes what knows the keys of a URL; called if the settings name one
   * @throws SettingsError if the settings do not name exactly one source of keys, or algorithms that do not fit it
   */
  constructor(
    private readonly settings: TokenSettingValues,
    remoteKeys: (url: string) => RemoteKeys,
  ) {
    const keys = tokenKeys(settings);
    this.algorithms = keys.algorithms;
    this.ownCheck = 'jwksUrl' in keys ? undefined : this.createCheck('secret' in keys ? keys.secret : keys.publicKey, keys.algorithms);
    this.remoteKeys = 'jwksUrl' in keys ? remoteKeys(keys.jwksUrl) : undefined;
  }

  /**
   * @throws SwitchboardError `token_expired`, `bad_token`, or `unavailable` if the key cannot be known at the moment; the message never
   * quotes the token
   */
  async verify(token: string): Promise<TokenGrants> {
    if (this.ownCheck !== undefined) return grantsOf(payloadOf(token, this.ownCheck));
    const keys = (await this.remoteKeys?.keysFor(this.headerOf(token))) ?? [];
    return grantsOf(this.payloadByAnyOf(keys, token));
  }

  /** Several keys fit where a token names none. What is wrong with the token by one key, it is by the others too, but for the signature. */
  private payloadByAnyOf(keys: readonly CryptoKey[], token: string): unknown {
    let failure: unknown = new SwitchboardError('bad_token');
    for (const key of keys) {
      try {
        return payloadOf(token, this.checkBy(key));
      } catch (error) {
        failure = error;
        if (error instanceof SwitchboardError && error.code === 'token_expired') break;
      }
    }
    throw failure;
  }

  private checkBy(key: CryptoKey): Check {
    let check = this.checks.get(key);
    if (check === undefined) {
      check = this.createCheck(KeyObject.from(key).export({ type: 'spki', format: 'pem' }) as string, this.algorithms);
      this.checks.set(key, check);
    }
    return check;
  }

  private createCheck(key: string, algorithms: readonly TokenAlgorithm[]): Check {
    const { jwtIssuer, jwtAudience, jwtLeewayMs } = this.settings;
    return createVerifier({
      key,
      algorithms: [...algorithms],
      clockTolerance: jwtLeewayMs,
      // fast-jwt compares the issuer and the audience only where a token names them.
      requiredClaims: ['sub', 'exp', ...(jwtIssuer === undefined ? [] : ['iss']), ...(jwtAudience === undefined ? [] : ['aud'])],
      ...(jwtIssuer === undefined ? {} : { allowedIss: jwtIssuer }),
      ...(jwtAudience === undefined ? {} : { allowedAud: jwtAudience }),
    });
  }

  /** What the token says of its key. An algorithm that is not allowed asks nobody for keys. */
  private headerOf(token: string): TokenHeader {
    let header: unknown;
    try {
      header = JSON.parse(Buffer.from(token.slice(0, token.indexOf('.')), 'base64url').toString('utf8'));
    } catch {
      throw new SwitchboardError('bad_token');
    }
    const { alg, kid } = (header ?? {}) as { readonly alg?: unknown; readonly kid?: unknown };
    if (typeof alg !== 'string' || !this.algorithms.some((allowed) => allowed === alg)) throw new SwitchboardError('bad_token');
    if (kid !== undefined && typeof kid !== 'string') throw new SwitchboardError('bad_token');
    return { alg, kid };
  }
}

function payloadOf(token: string, check: Check): unknown {
  try {
    return check(token);
  } catch (error) {
    const isExpired = error instanceof TokenError && error.code === TokenError.codes.expired;
    throw new SwitchboardError(isExpired ? 'token_expired' : 'bad_token');
  }
}
