import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Messages that can be recalled, and the keys by which a repeated send is known. */
export class AddMessageOptions1764000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE messages ADD COLUMN recalled_at timestamptz');
    await runner.query(`
      CREATE TABLE idempotency_keys (
        stream text COLLATE "C" NOT NULL,
        sender text COLLATE "C" NOT NULL,
        key text COLLATE "C" NOT NULL,
        hash uuid NOT NULL,
        id uuid NOT NULL,
        seq bigint NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        PRIMARY KEY (stream, sender, key)
      )`);
    await runner.query(APPEND_KEYED);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION append_keyed');
    await runner.query('DROP TABLE idempotency_keys');
    await runner.query('ALTER TABLE messages DROP COLUMN recalled_at');
  }
}

/**
 * Appends a batch in which some messages have idempotency keys; (stream, sender, key) comes once in it. Its statements see a snapshot
 * each: the second is younger than the locks of the first, so every key that was committed for these streams is visible to it. Numbers that
 * repeats do not need are given back before anybody has seen them.
 */
const APPEND_KEYED = `
  CREATE FUNCTION append_keyed(a_stream text[], a_id uuid[], a_payload bytea[], a_ttl int8[], a_sender text[], a_key text[], a_hash uuid[], a_kept_ms int8)
  RETURNS TABLE (ord bigint, seq bigint, id uuid, created_ms bigint, expires_ms bigint, hash uuid) LANGUAGE plpgsql VOLATILE AS $$
  #variable_conflict use_column
  DECLARE
    base bigint := (SELECT incarnation::int8 << 32 FROM log_incarnation);
    appended_at timestamptz := date_trunc('milliseconds', now());
    keys text[]; heads bigint[];
    r_ord bigint[]; r_seq bigint[]; r_id uuid[]; r_created timestamptz[]; r_expires timestamptz[]; r_hash uuid[];
  BEGIN
    WITH s AS (
      INSERT INTO streams AS x (key, head)
      SELECT u COLLATE "C", base + count(*) FROM unnest(a_stream) u GROUP BY 1 ORDER BY 1
      ON CONFLICT (key) DO UPDATE SET head = greatest(x.head, base) + EXCLUDED.head - base RETURNING x.key, x.head)
    SELECT array_agg(s.key), array_agg(s.head) INTO keys, heads FROM s;

    SELECT array_agg(m.ord), array_agg(f.seq), array_agg(f.id), array_agg(f.created_at), array_agg(f.expires_at), array_agg(f.hash)
    INTO r_ord, r_seq, r_id, r_created, r_expires, r_hash
    FROM unnest(a_stream, a_sender, a_key) WITH ORDINALITY m(stream, sender, key, ord)
    CROSS JOIN LATERAL (
      SELECT k.seq, k.id, k.created_at, k.expires_at, k.hash FROM idempotency_keys k
      WHERE k.stream = m.stream AND k.sender = m.sender AND k.key = m.key AND k.created_at > now() - a_kept_ms * interval '1 millisecond' LIMIT 1) f
    WHERE m.key IS NOT NULL;

    IF r_ord IS NOT NULL THEN
      WITH g AS (
        UPDATE streams x SET head = x.head - q.n FROM (SELECT a_stream[o] AS key, count(*) AS n FROM unnest(r_ord) o GROUP BY 1) q
        WHERE x.key = q.key RETURNING x.key, x.head)
      SELECT array_agg(u.key), array_agg(coalesce(g.head, u.head)) INTO keys, heads FROM unnest(keys, heads) u(key, head) LEFT JOIN g ON g.key = u.key;
    END IF;

    RETURN QUERY
    WITH f AS MATERIALIZED (
      SELECT m.*, appended_at + m.ttl_ms * interval '1 millisecond' AS expires_at,
             h.head - count(*) OVER (PARTITION BY m.stream) + row_number() OVER (PARTITION BY m.stream ORDER BY m.ord) AS seq
      FROM unnest(a_stream, a_id, a_payload, a_ttl, a_sender, a_key, a_hash) WITH ORDINALITY m(stream, id, payload, ttl_ms, sender, key, hash, ord)
      JOIN unnest(keys, heads) h(key, head) ON h.key = m.stream
      WHERE r_ord IS NULL OR m.ord <> ALL (r_ord)
    ), i AS (
      INSERT INTO messages (stream, seq, expires_at, id, created_at, payload)
      SELECT f.stream, f.seq, f.expires_at, f.id, appended_at, f.payload FROM f
    ), k AS (
      INSERT INTO idempotency_keys AS o (stream, sender, key, hash, id, seq, created_at, expires_at)
      SELECT f.stream, f.sender, f.key, f.hash, f.id, f.seq, appended_at, f.expires_at FROM f WHERE f.key IS NOT NULL
      ON CONFLICT (stream, sender, key) DO UPDATE
      SET hash = EXCLUDED.hash, id = EXCLUDED.id, seq = EXCLUDED.seq, created_at = EXCLUDED.created_at, expires_at = EXCLUDED.expires_at
    )
    SELECT f.ord, f.seq, f.id, (extract(epoch FROM appended_at) * 1000)::int8, (extract(epoch FROM f.expires_at) * 1000)::int8, f.hash FROM f
    UNION ALL
    SELECT u.ord, u.seq, u.id, (extract(epoch FROM u.created_at) * 1000)::int8, (extract(epoch FROM u.expires_at) * 1000)::int8, u.hash
    FROM unnest(r_ord, r_seq, r_id, r_created, r_expires, r_hash) u(ord, seq, id, created_at, expires_at, hash);
  END $$`;
