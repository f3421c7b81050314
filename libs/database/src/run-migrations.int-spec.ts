import { createTestDatabase, type TestDatabase } from '@switchboard/testing';
import type { DataSource } from 'typeorm';
import { createDataSource } from './data-source';
import { migrations } from './migrations';
import { runMigrations } from './run-migrations';

describe('runMigrations', () => {
  let database: TestDatabase;
  let dataSources: DataSource[];

  beforeAll(async () => {
    database = await createTestDatabase();
    dataSources = await Promise.all([1, 2, 3].map(() => createDataSource({ url: database.url, entities: [], poolSize: 2 }).initialize()));
  });
  afterAll(async () => {
    await Promise.all(dataSources.map((dataSource) => dataSource.destroy()));
    await database.drop();
  });

  it('runs each migration once, however many call it at the same time', async () => {
    const ran = await Promise.all(dataSources.map(runMigrations));
    expect(ran.flat()).toEqual(migrations.map(({ name }) => name));
    await expect(Promise.all(dataSources.map(runMigrations))).resolves.toEqual([[], [], []]);
  });

  it('can be undone', async () => {
    const [dataSource] = dataSources as [DataSource];
    for (let left = migrations.length; left > 0; left -= 1) await dataSource.undoLastMigration();
    const tables = await dataSource.query<unknown[]>("SELECT 1 FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'migrations'");
    expect(tables).toEqual([]);
    expect(await runMigrations(dataSource)).toHaveLength(migrations.length);
  });
});
