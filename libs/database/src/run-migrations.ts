import type { DataSource } from 'typeorm';

/** The advisory lock that whoever migrates holds: 'swbd' as a number, and 1. */
const MIGRATION_LOCK = [0x73776264, 1] as const;

/**
 * Runs the migrations that the database lacks, each in a transaction of its own. Several processes may call it at once: one migrates, the
 * others wait for it and then find nothing to do.
 * @returns the names of the migrations that this call ran
 */
export async function runMigrations(dataSource: DataSource): Promise<readonly string[]> {
  const holder = dataSource.createQueryRunner();
  await holder.connect();
  try {
    await holder.query('SELECT pg_advisory_lock($1, $2)', [...MIGRATION_LOCK]);
    try {
      const ran = await dataSource.runMigrations({ transaction: 'each' });
      return ran.map(({ name }) => name);
    } finally {
      await holder.query('SELECT pg_advisory_unlock($1, $2)', [...MIGRATION_LOCK]);
    }
  } finally {
    await holder.release();
  }
}
