import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What a server is for, since the API leases slots too, and a way from the id of a connection to its row. The index is not unique: the key
 * of the table sees to that, and a second check would cost every connect.
 */
export class FindServersAndConnections1764000000006 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE servers ADD COLUMN role text');
    await queryRunner.query('CREATE INDEX connections_id ON connections (id)');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX connections_id');
    await queryRunner.query('ALTER TABLE servers DROP COLUMN role');
  }
}
