import {
  apiSettings,
  busSettings,
  clientLimitSettings,
  databaseSettings,
  gatewaySettings,
  httpSettings,
  kafkaSettings,
  loggingSettings,
  messageLogSettings,
  publishedEventsSettings,
  registrySettings,
  standaloneSettings,
  tokenSettings,
  type SettingsDescription,
} from '@switchboard/config';
import { processSettings as api } from '../../apps/api/src/process-settings';
import { processSettings as gateway } from '../../apps/gateway/src/process-settings';
import { processSettings as standalone } from '../../apps/standalone/src/process-settings';

/** What the documents put under one heading. */
export interface Concern {
  readonly title: string;
  readonly settings: SettingsDescription;
  /** Further variables, whose settings each app makes itself. */
  readonly variables?: readonly string[];
}

/** The headings of the documents, in their order. */
export const CONCERNS: readonly Concern[] = [
  { title: 'Database', settings: databaseSettings },
  { title: 'Bus', settings: busSettings },
  { title: 'Kafka', settings: kafkaSettings },
  { title: 'HTTP', settings: httpSettings, variables: ['PORT'] },
  { title: 'API', settings: apiSettings },
  { title: 'Tokens of clients', settings: tokenSettings },
  { title: 'Sockets', settings: gatewaySettings },
  { title: 'Limits of clients', settings: clientLimitSettings },
  { title: 'Log of messages', settings: messageLogSettings },
  { title: 'Registry', settings: registrySettings },
  { title: 'Events for other services', settings: publishedEventsSettings },
  { title: 'Logging', settings: loggingSettings },
  { title: 'Standalone', settings: standaloneSettings },
];

/** The settings of each app. */
export const APPS: Readonly<Record<string, SettingsDescription>> = { gateway, api, standalone };

/** Values of `.env.example` for what has no default: those of docker-compose.kafka.yml. A secret is left empty, so that nobody runs on an example's. */
export const EXAMPLES: Readonly<Record<string, string>> = {
  DATABASE_URL: 'postgres://switchboard:switchboard@127.0.0.1:5432/switchboard',
  KAFKA_BROKERS: '127.0.0.1:9092',
  API_KEYS: '',
};
