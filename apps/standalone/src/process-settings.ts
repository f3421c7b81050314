import {
  apiSettings,
  clientLimitSettings,
  databaseSettings,
  gatewaySettings,
  httpSettings,
  loggingSettings,
  messageLogSettings,
  portSetting,
  registrySettings,
  standaloneSettings,
  tokenSettings,
  type SettingsOf,
} from '@switchboard/config';

const DEFAULT_PORT = 8_080;

/** Everything that the standalone app is told by its environment. */
export const processSettings = {
  ...httpSettings,
  port: portSetting(DEFAULT_PORT),
  ...loggingSettings,
  ...apiSettings,
  ...gatewaySettings,
  ...clientLimitSettings,
  ...tokenSettings,
  ...databaseSettings,
  ...messageLogSettings,
  ...registrySettings,
  ...standaloneSettings,
};

/** The values of `processSettings`, with the address of the database that is used. */
export type ProcessSettings = SettingsOf<typeof processSettings> & { readonly url: string };
