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
  portSetting,
  publishedEventsSettings,
  registrySettings,
  tokenSettings,
  type SettingsOf,
} from '@switchboard/config';

const DEFAULT_PORT = 8_081;

/** Everything that a process of the gateway is told by its environment. */
export const processSettings = {
  ...httpSettings,
  port: portSetting(DEFAULT_PORT),
  ...loggingSettings,
  ...gatewaySettings,
  ...clientLimitSettings,
  // What concerns messages that clients send.
  dataBytes: apiSettings.dataBytes,
  mostRouting: apiSettings.mostRouting,
  ephemeralDefaultTtlMs: apiSettings.ephemeralDefaultTtlMs,
  ephemeralMaxTtlMs: apiSettings.ephemeralMaxTtlMs,
  ...tokenSettings,
  ...databaseSettings,
  ...messageLogSettings,
  ...registrySettings,
  ...publishedEventsSettings,
  ...busSettings,
  ...kafkaSettings,
};

/** The values of `processSettings`. */
export type ProcessSettings = SettingsOf<typeof processSettings>;
