import type { MigrationInterface } from 'typeorm';

/** All migrations, oldest first. A migration that has been released is never changed. */
export const migrations: (new () => MigrationInterface)[] = [];
