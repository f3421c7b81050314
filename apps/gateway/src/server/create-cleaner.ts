import { Logger } from '@nestjs/common';
import { type Backends } from '@switchboard/backends';
import { RegistryCleaner, type RegistryCleanerSettings } from '@switchboard/registry';

/** A cleaner that logs what it does. */
export function createCleaner({ dataSource, registryPool }: Backends, settings: RegistryCleanerSettings): RegistryCleaner {
  const logger = new Logger(RegistryCleaner.name);
  return new RegistryCleaner(dataSource, registryPool, settings, {
    cleaned: ({ slotsFenced, rowsDeleted }) => {
      if (slotsFenced + rowsDeleted === 0) return;
      logger.log(`Forgot ${String(slotsFenced)} dead servers and deleted ${String(rowsDeleted)} of their rows`);
    },
    cleaningFailed: (error) => {
      logger.warn(`What dead servers left could not be cleaned up; the next round tries again: ${String(error)}`);
    },
  });
}
