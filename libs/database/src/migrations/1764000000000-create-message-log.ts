import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Enough for messages kept for 7 days and 2 days of spare; processes make further ones as they run. */
const FIRST_PARTITIONS = 10;

/** The log of messages: a head per stream, the messages by day of expiry, and the incarnation of the whole. */
export class CreateMessageLog1764000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DO $$ BEGIN
        IF current_setting('server_encoding') <> 'UTF8' THEN
          RAISE EXCEPTION 'the database must be encoded in UTF8, not %', current_setting('server_encoding');
        END IF;
      END $$`);
    await runner.query(`
      CREATE TABLE streams (
        key text COLLATE "C" PRIMARY KEY,
        head bigint NOT NULL
      ) WITH (fillfactor = 90)`);
    await runner.query(`
      COMMENT ON TABLE streams IS
        'One row per stream, never deleted: a new row would give out its numbers again'`);
    await runner.query(`
      CREATE TABLE messages (
        stream text COLLATE "C" NOT NULL,
        seq bigint NOT NULL,
        expires_at timestamptz NOT NULL,
        id uuid NOT NULL,
        created_at timestamptz NOT NULL,
        payload bytea NOT NULL,
        PRIMARY KEY (stream, seq, expires_at)
      ) PARTITION BY RANGE (expires_at)`);
    await runner.query(`
      DO $$ DECLARE
        today timestamp := date_trunc('day', now() AT TIME ZONE 'UTC');
        day timestamp;
      BEGIN
        FOR i IN 0..${String(FIRST_PARTITIONS - 1)} LOOP
          day := today + i * interval '1 day';
          EXECUTE format('CREATE TABLE messages_%s PARTITION OF messages FOR VALUES FROM (%L) TO (%L)',
            to_char(day, 'YYYYMMDD'), day AT TIME ZONE 'UTC', (day + interval '1 day') AT TIME ZONE 'UTC');
        END LOOP;
      END $$`);
    await runner.query(`
      CREATE TABLE log_incarnation (
        one boolean PRIMARY KEY DEFAULT true CHECK (one),
        incarnation integer NOT NULL,
        system_identifier bigint NOT NULL,
        timeline text NOT NULL
      )`);
    await runner.query(`
      INSERT INTO log_incarnation (incarnation, system_identifier, timeline)
      SELECT 0, system_identifier, substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) FROM pg_control_system()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE log_incarnation, messages, streams');
  }
}
