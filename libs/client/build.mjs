// Builds what is published: one ES module and one flat .d.ts, both with the shared protocol folded in.
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
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

// What a page pays for it, when its own bundler has minified it. Fails the build, and so CI, before somebody's page gets slow unnoticed.
const MOST_GZIPPED_KIBIBYTES = 12;
const minified = await rolldown({ input: here('./dist/index.js'), platform: 'browser' });
const { output } = await minified.generate({ format: 'es', minify: true });
await minified.close();
const gzippedKibibytes = gzipSync(output[0].code, { level: 9 }).length / 1024;
console.log(`libs/client/dist/index.js: ${gzippedKibibytes.toFixed(2)} KiB minified and gzipped, of at most ${MOST_GZIPPED_KIBIBYTES}`);
if (gzippedKibibytes > MOST_GZIPPED_KIBIBYTES) {
  console.error('The SDK has grown over its limit: make it smaller.');
  process.exitCode = 1;
}
