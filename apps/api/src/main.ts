import { NestFactory } from '@nestjs/core';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { readSettings } from '@switchboard/config';
import { closeApp, createLogger, stopOnSignal } from '@switchboard/observability';
import { ApiProcessModule } from './api-process.module';
import { createHttpAdapter } from './http/create-http-adapter';
import { processSettings } from './process-settings';

async function main(): Promise<void> {
  const settings = readSettings(processSettings);
  const logger = createLogger(settings);
  const app = await NestFactory.create<NestFastifyApplication>(ApiProcessModule.with(settings), createHttpAdapter(settings), {
    bodyParser: false,
    abortOnError: false,
    logger,
  });
  stopOnSignal({ stop: () => closeApp(app), logger });
  await app.listen({ port: settings.port, host: settings.host });
  logger.log(`The API listens on ${await app.getUrl()}.`, 'Api');
}

main().catch((error: unknown) => {
  process.stderr.write(`The API cannot start: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
