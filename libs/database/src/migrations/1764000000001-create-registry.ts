import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The slots, and who is where.
 *
 * Keys are compared by bytes (`COLLATE "C"`): faster than a language's order, and the same on every cluster. A row of `servers` is updated
 * every few seconds, and half-filled pages let each update stay in its page without touching the index.
 */
export class CreateRegistry1764000000001 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE servers (
        slot        int PRIMARY KEY,
        epoch       bigint NOT NULL,
        server_id   text,
        address     text,
        leased_at   timestamptz,
        lease_until timestamptz NOT NULL,
        swept_epoch bigint NOT NULL
      ) WITH (fillfactor = 50)`);
    await queryRunner.query(`
      CREATE TABLE connections (
        user_id      text COLLATE "C" NOT NULL,
        id           uuid NOT NULL,
        slot         int NOT NULL,
        epoch        bigint NOT NULL,
        device       text,
        connected_at timestamptz NOT NULL,
        meta         json,
        PRIMARY KEY (user_id, id)
      )`);
    await queryRunner.query(`
      CREATE TABLE channel_servers (
        channel text COLLATE "C" NOT NULL,
        slot    int NOT NULL,
        epoch   bigint NOT NULL,
        PRIMARY KEY (channel, slot)
      )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE channel_servers, connections, servers');
  }
}
