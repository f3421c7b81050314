import { type AddressInfo } from 'node:net';
import { NestFactory } from '@nestjs/core';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { BusTransport, InProcessEventBus, InProcessNetwork } from '@switchboard/bus';
import { readSettings } from '@switchboard/config';
import { createDataSource, runMigrations } from '@switchboard/database';
import { HeldSlot } from '@switchboard/registry';
import { createTestDatabase, waitFor } from '@switchboard/testing';
import { ApiProcessModule } from '../api-process.module';
import { createHttpAdapter } from '../http/create-http-adapter';
import { processSettings } from '../process-settings';
import { AnswerSlot } from '../slot/answer-slot';

const API_KEYS = 'sender:sender:send,reader:reader:read,all:all:send+read+admin';

/** An API as a process would be, on a real database of its own and the in-process bus. */
export interface InstalledApi {
  readonly app: NestFastifyApplication;
  readonly port: number;
  readonly databaseUrl: string;
  /** Another process of the same installation. */
  startAnother(): Promise<InstalledApi>;
  /** Ends it; the first one ends the database too. */
  close(): Promise<void>;
}

/** Starts one on a free port of the loopback. The secret of each key is its name: sender, reader, all. */
export async function startInstalledApi(environment: Readonly<Record<string, string>> = {}): Promise<InstalledApi> {
  const database = await createTestDatabase();
  const dataSource = await createDataSource({ url: database.url, entities: [] }).initialize();
  await runMigrations(dataSource);
  await dataSource.destroy();
  const network = new InProcessNetwork();
  const settings = readSettings(processSettings, {
    DATABASE_URL: database.url,
    API_KEYS,
    KAFKA_BROKERS: 'none:1',
    PUBLISHED_EVENTS: 'none',
    ...environment,
  });
  const start = async (end: () => Promise<void>): Promise<InstalledApi> => {
    const root = ApiProcessModule.with(settings, new InProcessEventBus({ network }));
    const app = await NestFactory.create<NestFastifyApplication>(root, createHttpAdapter(settings), {
      bodyParser: false,
      logger: false,
      abortOnError: false,
    });
    app.connectMicroservice({ strategy: app.get(BusTransport) });
    await app.startAllMicroservices();
    await app.listen(0, '127.0.0.1');
    app.get(AnswerSlot).start();
    await waitFor('the slot to be answered at', () => app.get(HeldSlot).slot);
    return {
      app,
      port: (app.getHttpServer().address() as AddressInfo).port,
      databaseUrl: database.url,
      startAnother: () => start(() => Promise.resolve()),
      close: async () => {
        await app.close();
        await end();
      },
    };
  };
  return start(() => database.drop());
}
