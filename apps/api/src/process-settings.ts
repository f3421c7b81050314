import {
  apiSettings,
  busSettings,
  databaseSettings,
  httpSettings,
  kafkaSettings,
  loggingSettings,
  messageLogSettings,
  portSetting,
  publishedEventsSettings,
  registrySettings,
  type SettingsOf,
} from '@switchboard/config';

const DEFAULT_PORT = 8_080;

/** Everything that a process of the API is told by its environment. */
export const processSettings = {
  ...httpSettings,
  port: portSetting(DEFAULT_PORT),
  ...loggingSettings,
  ...apiSettings,
  ...databaseSettings,
  ...messageLogSettings,
  ...registrySettings,
  ...publishedEventsSettings,
  ...busSettings,
  ...kafkaSettings,
};

/** The values of `processSettings`. */
export type ProcessSettings = SettingsOf<typeof processSettings>;
