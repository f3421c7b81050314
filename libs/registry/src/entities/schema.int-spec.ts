import { TestRegistry } from '../testing/test-registry';

describe('The entities of the registry', () => {
  it('are what the migrations create: nothing is left to change', async () => {
    const registry = await TestRegistry.create();
    const { upQueries } = await registry.dataSource.driver.createSchemaBuilder().log();
    expect(upQueries.map(({ query }) => query)).toEqual([]);
    await registry.close();
  });
});
