import { databaseSettings, readSettings } from '@switchboard/config';
import { createDataSource } from './data-source';
import { runMigrations } from './run-migrations';

async function migrate(): Promise<void> {
  const { url, poolSize } = readSettings(databaseSettings);
  const dataSource = createDataSource({ url, poolSize, entities: [] });
  await dataSource.initialize();
  try {
    const ran = await runMigrations(dataSource);
    process.stdout.write(ran.length === 0 ? 'The database is up to date.\n' : `Ran ${ran.join(', ')}.\n`);
  } finally {
    await dataSource.destroy();
  }
}

migrate().catch((error: unknown) => {
  process.stderr.write(`The migration failed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
