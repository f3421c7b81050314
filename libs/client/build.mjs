// Builds what is published: one ES module and one flat .d.ts, both with the shared protocol folded in.
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const tsconfig = here('./tsconfig.build.json');
const input = here('./src/index.ts');

rmSync(here('./dist'), { recursive: true, force: true });

const bundle = await rolldown({
  input,
  platform: 'browser',
  tsconfig,
  resolve: { alias: { '@switchboard/protocol': here('../protocol/src/index.ts') } },
  // The SDK has no dependencies: an import that was not folded in would fail only at the user's.
  external: (id) => {
    if (id.startsWith('.') || id.startsWith('/') || id.startsWith('@switchboard/protocol') || /^[a-z]:/iu.test(id)) return false;
    throw new Error(`The SDK must not import ${id}`);
  },
});
// Not minified, since that is the business of whoever bundles it; the comments are in the source map and the types.
await bundle.write({ file: here('./dist/index.js'), format: 'es', sourcemap: true, comments: false });
await bundle.close();

const dtsBundleGenerator = createRequire(import.meta.url).resolve('dts-bundle-generator/dist/bin/dts-bundle-generator.js');
execFileSync(
  process.execPath,
  [dtsBundleGenerator, '--silent', '--no-check', '--no-banner', '--project', tsconfig, '-o', here('./dist/index.d.ts'), input],
  { stdio: 'inherit' },
);

const code = readFileSync(here('./dist/index.js'));
const kibibytes = (bytes) => (bytes / 1024).toFixed(1);
console.log(`libs/client/dist/index.js: ${kibibytes(code.length)} KiB, ${kibibytes(gzipSync(code, { level: 9 }).length)} KiB gzipped`);
