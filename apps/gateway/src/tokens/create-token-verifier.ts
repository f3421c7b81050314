import { type Logger } from '@nestjs/common';
import { type TokenSettingValues } from '@switchboard/config';
import { type Metrics } from '@switchboard/observability';
import { fetchKeySet } from './fetch-key-set';
import { RemoteKeys } from './remote-keys';
import { TokenVerifier } from './token-verifier';

/** The verifier that the settings ask for; fetches of published keys are counted, and failures logged. */
export function createTokenVerifier(settings: TokenSettingValues, { set }: Metrics, logger: Logger): TokenVerifier {
  const { jwksTimeoutMs: timeoutMs, jwksRefreshMs: refreshMs, jwksCooldownMs: cooldownMs } = settings;
  const observer = {
    fetched: () => {
      set.keyFetches.inc({ outcome: 'ok' });
    },
    fetchFailed: (error: unknown) => {
      set.keyFetches.inc({ outcome: 'failed' });
      logger.warn(`The keys of tokens could not be fetched; those that are known stay in use: ${String(error)}`);
    },
  };
  return new TokenVerifier(settings, (url) => new RemoteKeys(() => fetchKeySet(url, timeoutMs), { refreshMs, cooldownMs }, observer));
}
