import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as Sdk from '@switchboard/client';
import { projectRoot } from '../cluster';

/** The SDK as it is published, so that the demo shows what others get. */
export function loadSdk(): typeof Sdk {
  return createRequire(__filename)(join(projectRoot(), 'libs/client/dist/index.js')) as typeof Sdk;
}
