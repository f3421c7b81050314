import { readSettings, standaloneSettings, type Environment } from '@switchboard/config';
import { defaultDataFolder, startPostgres, type LocalService } from '@switchboard/local-services';
import { developmentKeys, type DevelopmentKeys } from './development-keys';
import { processSettings, type ProcessSettings } from './process-settings';
import { projectFolder } from './project-folder';

/** The name of the development key among the API keys. */
const KEY_NAME = 'development';

/** What the standalone app runs on. */
export interface LocalEnvironment {
  readonly settings: ProcessSettings;
  readonly dataFolder: string;
  /** Undefined if the environment gives both API keys and a secret for tokens. */
  readonly keys: DevelopmentKeys | undefined;
  /** Ends what was started. */
  stop(): Promise<void>;
}

/**
 * Makes up for what the environment leaves out: a PostgreSQL, an API key, a secret for tokens.
 * @throws SettingsError, LocalServiceError
 */
export async function provideEnvironment(environment: Environment): Promise<LocalEnvironment> {
  const { dataDir, url } = readSettings(standaloneSettings, environment);
  const dataFolder = dataDir ?? defaultDataFolder(projectFolder());
  const keys = lacksKeys(environment) ? developmentKeys(dataFolder) : undefined;
  const withKeys = {
    ...environment,
    ...(keys !== undefined && !isSet(environment, 'API_KEYS') ? { API_KEYS: `${KEY_NAME}:${keys.apiKey}:send+read+admin` } : {}),
    ...(keys !== undefined && !isSet(environment, 'JWT_SECRET') ? { JWT_SECRET: keys.jwtSecret } : {}),
  };
  const settings = readSettings(processSettings, withKeys);
  const postgres: LocalService | undefined = url === undefined ? await startPostgres({ dataDir: `${dataFolder}/postgresql` }) : undefined;
  const databaseUrl = url ?? (postgres as { url: string } | undefined)?.url;
  if (databaseUrl === undefined) throw new Error('there is no database');
  return {
    settings: { ...settings, url: databaseUrl },
    dataFolder,
    keys,
    stop: async () => {
      await postgres?.stop();
    },
  };
}

function lacksKeys(environment: Environment): boolean {
  return !isSet(environment, 'API_KEYS') || !isSet(environment, 'JWT_SECRET');
}

function isSet(environment: Environment, name: string): boolean {
  return [name, `${name}_FILE`].some((variable) => (environment[variable] ?? '') !== '');
}
