import { readSettings, SettingsError, standaloneSettings, type Environment } from '@switchboard/config';
import { defaultDataFolder, startPostgres, type LocalService } from '@switchboard/local-services';
import { developmentKeys, type DevelopmentKeys } from './development-keys';
import { processSettings, type ProcessSettings } from './process-settings';
import { projectFolder } from './project-folder';

/** What an installation has of its own, and the variables that give it. */
const OWN_KEYS = [['API_KEYS'], ['JWT_SECRET', 'JWT_PUBLIC_KEY', 'JWT_JWKS_URL']] as const;

/** What the standalone app runs on. */
export interface LocalEnvironment {
  readonly settings: ProcessSettings;
  readonly dataFolder: string;
  /** Undefined if the environment gives API keys and a secret for tokens. */
  readonly keys: DevelopmentKeys | undefined;
  /** Ends what was started. */
  stop(): Promise<void>;
}

/**
 * Makes up for what the environment leaves out: a PostgreSQL, an API key, a secret for tokens.
 * @param onFailure hears if that PostgreSQL ends though nobody stopped it
 * @throws SettingsError, LocalServiceError
 */
export async function provideEnvironment(environment: Environment, onFailure: (error: Error) => void): Promise<LocalEnvironment> {
  const { dataDir, url } = readSettings(standaloneSettings, environment);
  const dataFolder = dataDir ?? defaultDataFolder(projectFolder());
  const keys = needsDevelopmentKeys(environment) ? developmentKeys(dataFolder) : undefined;
  const settings = readSettings(processSettings, keys === undefined ? environment : { ...environment, ...variablesOf(keys) });
  const postgres: LocalService | undefined = url === undefined ? await startPostgres({ dataDir: `${dataFolder}/postgresql` }) : undefined;
  const databaseUrl = url ?? (postgres as { url: string } | undefined)?.url;
  if (databaseUrl === undefined) throw new Error('there is no database');
  let isStopping = false;
  void postgres?.ended.then(() => {
    if (!isStopping) onFailure(new Error('The embedded PostgreSQL has ended; what was accepted is kept. Start again.'));
  });
  return {
    settings: { ...settings, url: databaseUrl },
    dataFolder,
    keys,
    stop: async () => {
      isStopping = true;
      await postgres?.stop();
    },
  };
}

/**
 * Development keys do not mix with others: the demo page would sign what the gateway refuses, or give a key to whoever asks.
 * @throws SettingsError that names what is missing
 */
function needsDevelopmentKeys(environment: Environment): boolean {
  const [missing, ...others] = OWN_KEYS.filter((names) => !names.some((name) => isSet(environment, name)));
  if (missing !== undefined && others.length === 0) {
    const given = OWN_KEYS.flat().find((name) => isSet(environment, name));
    throw new SettingsError([`${missing[0]}: must be set, since ${String(given)} is; only without both there are development keys`]);
  }
  return missing !== undefined;
}

/** The page only sends, so its key can do no more. */
function variablesOf({ apiKey, pageKey, jwtSecret }: DevelopmentKeys): Environment {
  return { API_KEYS: `development:${apiKey}:send+read+admin,demo-page:${pageKey}:send`, JWT_SECRET: jwtSecret };
}

function isSet(environment: Environment, name: string): boolean {
  return [name, `${name}_FILE`].some((variable) => (environment[variable] ?? '') !== '');
}
