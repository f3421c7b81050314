import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who is a member of which channels. A user's version grows with every change, so that a server can see in one comparison that it missed one. */
export class CreateMemberships1764000000005 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE channel_members (
        channel text COLLATE "C" NOT NULL,
        user_id text COLLATE "C" NOT NULL,
        since   bigint NOT NULL,
        PRIMARY KEY (channel, user_id)
      )`);
    await queryRunner.query('CREATE INDEX channel_members_user_id ON channel_members (user_id)');
    await queryRunner.query(`
      CREATE TABLE user_memberships (
        user_id text COLLATE "C" PRIMARY KEY,
        version bigint NOT NULL
      ) WITH (fillfactor = 90)`);
    await queryRunner.query(`
      COMMENT ON TABLE user_memberships IS
        'A row is never deleted: with a new one the version would begin anew, and a change could go unnoticed'`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE channel_members, user_memberships');
  }
}
