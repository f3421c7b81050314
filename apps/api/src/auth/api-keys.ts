import { hash, timingSafeEqual } from 'node:crypto';
import { type ApiKey } from '@switchboard/config';

/** The API keys of this installation. */
export class ApiKeys {
  constructor(private readonly keys: readonly ApiKey[]) {}

  /**
   * The key whose secret this is. How long it takes tells nothing of any secret: hashes are compared, in constant time, and with every key.
   */
  find(secret: string): ApiKey | undefined {
    const sha256 = hash('sha256', secret, 'buffer');
    let found: ApiKey | undefined;
    for (const key of this.keys) if (timingSafeEqual(sha256, key.secretSha256)) found = key;
    return found;
  }
}
