import { DataSource, type EntityTarget, type ObjectLiteral } from 'typeorm';
import { migrations } from './migrations';

/** What a data source needs. */
export interface DataSourceSettings {
  /** postgres://… */
  readonly url: string;
  readonly entities: readonly EntityTarget<ObjectLiteral>[];
  /** The most connections; default 5. */
  readonly poolSize?: number;
}

const DEFAULT_POOL_SIZE = 5;
const CONNECT_TIMEOUT_MS = 5_000;

/** The TypeORM data source for entities, migrations and rare queries; hot statements have a HotPool. Not yet connected. */
export function createDataSource({ url, entities, poolSize = DEFAULT_POOL_SIZE }: DataSourceSettings): DataSource {
  return new DataSource({
    type: 'postgres',
    url,
    entities: entities as NonNullable<ConstructorParameters<typeof DataSource>[0]['entities']>,
    migrations,
    synchronize: false,
    poolSize,
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    applicationName: 'switchboard-entities',
  });
}
