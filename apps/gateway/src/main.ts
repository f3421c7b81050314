import { NestFactory } from '@nestjs/core';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { BusTransport } from '@switchboard/bus';
import { readSettings } from '@switchboard/config';
import { closeApp, createLogger, stopOnSignal } from '@switchboard/observability';
import { createHttpAdapter } from './create-http-adapter';
import { GatewayProcessModule } from './gateway-process.module';
import { processSettings } from './process-settings';
import { ServerLife } from './server/server-life';

async function main(): Promise<void> {
  const settings = readSettings(processSettings);
  const logger = createLogger(settings);
  const adapter = createHttpAdapter(settings);
  const app = await NestFactory.create<NestFastifyApplication>(GatewayProcessModule.with(settings), adapter, {
    abortOnError: false,
    logger,
  });
  stopOnSignal({ stop: () => closeApp(app), logger });
  app.connectMicroservice({ strategy: app.get(BusTransport) });
  await app.startAllMicroservices();
  await app.listen({ port: settings.port, host: settings.host });
  await app.get(ServerLife).start();
  logger.log(`The gateway listens on ${await app.getUrl()}.`, 'Gateway');
}

main().catch((error: unknown) => {
  process.stderr.write(`The gateway cannot start: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
