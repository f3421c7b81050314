// Runs a TypeScript file of this repository in a Node process of its own: node run-typescript.mjs <file> <arguments…>
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const { transformFileSync } = require('@swc/core');
const repository = fileURLToPath(new URL('../../../..', import.meta.url));

require.extensions['.ts'] = (module, file) => {
  const { code } = transformFileSync(file, {
    configFile: resolve(repository, '.swcrc'),
    cwd: repository,
    root: repository,
    sourceMaps: 'inline',
  });
  module._compile(code, file);
};

process.argv.splice(1, 1);
require(resolve(process.argv[1]));
