import { NestFactory } from '@nestjs/core';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { BusTransport } from '@switchboard/bus';
import { readSettings } from '@switchboard/config';
import { closeApp, createLogger, stopOnSignal } from '@switchboard/observability';
import { ApiProcessModule } from './api-process.module';
import { createHttpAdapter } from './http/create-http-adapter';
import { processSettings } from './process-settings';
import { AnswerSlot } from './slot/answer-slot';

async function main(): Promise<void> {
  const settings = readSettings(processSettings);
  const logger = createLogger(settings);
  const app = await NestFactory.create<NestFastifyApplication>(ApiProcessModule.with(settings), createHttpAdapter(settings), {
    bodyParser: false,
    abortOnError: false,
    logger,
  });
  stopOnSignal({ stop: () => closeApp(app), logger });
  app.connectMicroservice({ strategy: app.get(BusTransport) });
  await app.startAllMicroservices();
  await app.listen({ port: settings.port, host: settings.host });
  app.get(AnswerSlot).start();
  logger.log(`The API listens on ${await app.getUrl()}.`, 'Api');
}

main().catch((error: unknown) => {
  process.stderr.write(`The API cannot start: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
