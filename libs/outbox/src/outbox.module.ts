import { Inject, Logger, Module, type BeforeApplicationShutdown, type DynamicModule, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type PublishedEventsSettings } from '@switchboard/config';
import { Metrics } from '@switchboard/observability';
import { ExpiryReceipts } from './expiry-receipts';
import { Outbox } from './outbox';
import { PublishOutbox } from './publish-outbox';
import { type EventPublisher } from './published-event';

const PUBLISH_OUTBOX = Symbol('PUBLISH_OUTBOX');

/** Publishes the outbox while the app runs; with nothing to publish it does nothing. Needs BackendsModule. */
@Module({})
export class OutboxModule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(@Inject(PUBLISH_OUTBOX) private readonly publishOutbox: PublishOutbox | undefined) {}

  static with(settings: PublishedEventsSettings, publisher: EventPublisher): DynamicModule {
    const provider = {
      provide: PUBLISH_OUTBOX,
      inject: [DataSource, Metrics],
      useFactory: (dataSource: DataSource, metrics: Metrics) =>
        settings.publishedEvents.length === 0 ? undefined : create(dataSource, metrics, settings, publisher),
    };
    return { module: OutboxModule, providers: [provider] };
  }

  onApplicationBootstrap(): void {
    this.publishOutbox?.start();
  }

  /** Before the data source ends. What is not published by then, another process publishes, or this one when it is back. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.publishOutbox?.stop();
  }
}

function create(dataSource: DataSource, { set }: Metrics, settings: PublishedEventsSettings, publisher: EventPublisher): PublishOutbox {
  const logger = new Logger(PublishOutbox.name);
  return new PublishOutbox({
    outbox: new Outbox(dataSource),
    expiryReceipts: settings.publishedEvents.includes('receipts') ? new ExpiryReceipts(dataSource) : undefined,
    publisher,
    longestMs: settings.publishedEventsLongestMs,
    observer: {
      published: (count) => {
        set.eventsPublished.inc(count);
      },
      dropped: (count) => {
        set.publishedEventsDropped.inc(count);
        logger.error(`${String(count)} events for other services could not be published for too long and are given up`);
      },
      failed: (error) => {
        set.publishFailures.inc();
        logger.warn(`Events for other services could not be published and are tried again: ${String(error)}`);
      },
    },
  });
}
