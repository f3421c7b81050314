import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What each device, and each user, has acknowledged. Rows are updated all the time: half-empty pages keep the updates in their page, and no
 * index holds what changes.
 */
export class CreateCursors1764000000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE user_devices (
        user_id text COLLATE "C" NOT NULL,
        device text COLLATE "C" NOT NULL,
        cursor bigint NOT NULL,
        seen_at timestamptz NOT NULL,
        PRIMARY KEY (user_id, device)
      ) WITH (fillfactor = 60)`);
    await runner.query(`
      CREATE TABLE user_cursors (
        user_id text COLLATE "C" PRIMARY KEY,
        acked bigint NOT NULL
      ) WITH (fillfactor = 60)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE user_cursors, user_devices');
  }
}
