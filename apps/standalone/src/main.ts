import { NestFactory } from '@nestjs/core';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { BusTransport } from '@switchboard/bus';
import { processEnvironment } from '@switchboard/config';
import { createDataSource, runMigrations } from '@switchboard/database';
import { closeApp, createLogger, stopOnSignal } from '@switchboard/observability';
import { createHttpAdapter } from '../../api/src';
import { ConnectRequest, ServerLife } from '../../gateway/src';
import { provideEnvironment, type LocalEnvironment } from './local-environment';
import { StandaloneModule } from './standalone.module';
import { welcome } from './welcome';

async function main(): Promise<void> {
  const environment = await provideEnvironment(processEnvironment(), (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  });
  try {
    await start(environment);
  } catch (error) {
    await environment.stop();
    throw error;
  }
}

async function start(environment: LocalEnvironment): Promise<void> {
  const { settings, dataFolder, keys } = environment;
  await migrate(settings.url);
  const logger = createLogger(settings);
  const app = await NestFactory.create<NestFastifyApplication>(
    StandaloneModule.with(settings, keys),
    createHttpAdapter({ ...settings, IncomingMessage: ConnectRequest }),
    {
      bodyParser: false,
      abortOnError: false,
      logger,
    },
  );
  const stop = async (): Promise<void> => {
    await closeApp(app);
    await environment.stop();
  };
  stopOnSignal({ stop, logger });
  app.connectMicroservice({ strategy: app.get(BusTransport) });
  await app.startAllMicroservices();
  await app.listen({ port: settings.port, host: settings.host });
  await app.get(ServerLife).start();
  process.stdout.write(`${welcome({ address: await app.getUrl(), dataFolder, apiKey: keys?.apiKey })}\n`);
}

async function migrate(url: string): Promise<void> {
  const dataSource = await createDataSource({ url, entities: [] }).initialize();
  try {
    await runMigrations(dataSource);
  } finally {
    await dataSource.destroy();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`Switchboard cannot start: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
