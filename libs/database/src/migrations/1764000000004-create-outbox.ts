import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What other services are to be told: a row is written by the statement whose doing it tells of, and deleted once it is published.
 *
 * The index finds what has just expired without a scan. Rows of a day's partition come nearly in the order in which they expire, one order for
 * each time to live in use, so a summary of every quarter of a mebibyte is enough, and costs an append next to nothing.
 */
export class CreateOutbox1764000000004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE outbox (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        topic text NOT NULL,
        key text NOT NULL,
        event json NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query(`
      CREATE TABLE expiry_progress (
        one boolean PRIMARY KEY DEFAULT true CHECK (one),
        expires_at timestamptz NOT NULL,
        stream text COLLATE "C" NOT NULL,
        seq bigint NOT NULL
      )`);
    await runner.query(`INSERT INTO expiry_progress (expires_at, stream, seq) VALUES (now(), '', 0)`);
    await runner.query(
      'CREATE INDEX messages_expires_at ON messages USING brin (expires_at) WITH (pages_per_range = 32, autosummarize = on)',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX messages_expires_at');
    await runner.query('DROP TABLE expiry_progress, outbox');
  }
}
