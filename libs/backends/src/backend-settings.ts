import { type databaseSettings, type messageLogSettings, type registrySettings, type SettingsOf } from '@switchboard/config';

/** What the backends are told by the settings of a process. */
export type BackendSettings = SettingsOf<typeof databaseSettings> &
  SettingsOf<typeof messageLogSettings> &
  SettingsOf<typeof registrySettings> & {
    /** What other services are told of; absent: nothing. */
    readonly publishedEvents?: readonly string[] | undefined;
  };
