import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort, LocalServiceError } from '@switchboard/local-services';
import { AppServer, type ClusterServer } from './app-server';
import { createSecrets, type TokenClaims } from './cluster-secrets';
import { startServices, type ClusterServices, type RunningServices } from './cluster-services';
import { builtFile } from './project-root';

/** How `startCluster` starts it. */
export interface ClusterOptions {
  readonly gateways: number;
  /** Services that run already and are left running; default: those that the environment names, or else some of the cluster's own. */
  readonly services?: ClusterServices;
  /** Settings for all apps, such as `{ LEASE_MS: '3000' }`. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A gateway of a cluster. */
export interface ClusterGateway extends ClusterServer {
  /** `ws://127.0.0.1:port/v1/connect`. */
  readonly url: string;
}

/** Gateways and an API, each a process of its own, over one PostgreSQL and one Kafka. */
export interface Cluster {
  readonly gateways: readonly ClusterGateway[];
  readonly api: ClusterServer;
  /** The `httpUrl` of the API. */
  readonly apiUrl: string;
  /** For `Authorization: Bearer`; has every scope. */
  readonly apiKey: string;
  readonly databaseUrl: string;
  readonly kafkaBrokers: readonly string[];
  /** Undefined where the services were not started for this cluster. */
  readonly servicePids: { readonly postgres: number | undefined; readonly kafka: number | undefined };
  /** The logs of the apps, a file for each start. */
  readonly logFolder: string;
  /** A token (HS256) that the gateways accept for an hour. */
  signToken(user: string, claims?: TokenClaims): string;
  /** Stops everything, the apps within some seconds; removes the logs unless they are to be kept. */
  stop(options?: { readonly keepLogs?: boolean }): Promise<void>;
}

class GatewayServer extends AppServer implements ClusterGateway {
  readonly url = `${this.httpUrl.replace('http:', 'ws:')}/v1/connect`;
}

/**
 * Migrates the database and starts the apps; resolves when all are ready. Nothing of it outlives this process. A cluster reads a topic of its own, so that clusters may share a
 * broker; two on one database would be one installation. Throws a LocalServiceError, after stopping what did start, that shows the end of the log of what did not.
 */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  for (const app of ['gateway', 'api']) builtFile(`dist/apps/${app}/src/main.js`);
  const services: RunningServices = options.services
    ? { ...options.services, postgresPid: undefined, kafkaPid: undefined, stop: () => Promise.resolve() }
    : await startServices(process.env);
  const logFolder = mkdtempSync(join(tmpdir(), 'switchboard-cluster-'));
  const secrets = createSecrets();
  const common = {
    DATABASE_URL: services.databaseUrl,
    KAFKA_BROKERS: services.kafkaBrokers.join(','),
    KAFKA_TOPIC: `switchboard.deliver.${randomBytes(4).toString('hex')}`,
  };
  const gateways: GatewayServer[] = [];
  for (let number = 1; number <= options.gateways; number += 1) {
    const env = { ...common, JWT_SECRET: secrets.jwtSecret, ...options.env };
    gateways.push(new GatewayServer({ name: `gateway-${String(number)}`, app: 'gateway', port: await freePort(), env, logFolder }));
  }
  const apiEnv = { ...common, API_KEYS: `cluster:${secrets.apiKey}:send+read+admin`, ...options.env };
  const api = new AppServer({ name: 'api', app: 'api', port: await freePort(), env: apiEnv, logFolder });
  const apps = [...gateways, api];

  const stop = async ({ keepLogs = false } = {}): Promise<void> => {
    await Promise.all(apps.map((app) => app.end()));
    await services.stop();
    if (!keepLogs) rmSync(logFolder, { recursive: true, force: true });
  };
  try {
    await migrate(services.databaseUrl);
    const outcomes = await Promise.allSettled(apps.map((app) => app.start()));
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason as Error;
  } catch (error) {
    await stop({ keepLogs: true });
    throw error;
  }
  return {
    gateways,
    api,
    apiUrl: api.httpUrl,
    apiKey: secrets.apiKey,
    databaseUrl: services.databaseUrl,
    kafkaBrokers: services.kafkaBrokers,
    servicePids: { postgres: services.postgresPid, kafka: services.kafkaPid },
    logFolder,
    signToken: (user, claims) => secrets.signToken(user, claims),
    stop,
  };
}

async function migrate(databaseUrl: string): Promise<void> {
  const env = { PATH: process.env['PATH'], DATABASE_URL: databaseUrl };
  try {
    await promisify(execFile)(process.execPath, ['--enable-source-maps', builtFile('dist/libs/database/src/migrate.js')], { env });
  } catch (error) {
    throw new LocalServiceError(`the database could not be migrated: ${(error as { stderr?: string }).stderr ?? String(error)}`);
  }
}
