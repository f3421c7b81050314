// Builds what is published: two ES modules and their types. The main one has the shared protocol folded in and no imports; the one for
// React imports React and nothing else, since it is given its client.
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const resolve = createRequire(import.meta.url).resolve;
const run = (program, ...args) => execFileSync(process.execPath, [resolve(program), ...args], { stdio: 'inherit' });

const isOurs = (id) => id.startsWith('.') || id.startsWith('/') || id.startsWith('@switchboard/protocol') || /^[a-z]:/iu.test(id);

/** Bundles one entry. An import that is neither ours nor expected would fail only at the user's, so it fails here. */
async function build(input, file, tsconfig, expected) {
  const bundle = await rolldown({
    input,
    platform: 'browser',
    tsconfig,
    resolve: { alias: { '@switchboard/protocol': here('../protocol/src/index.ts') } },
    external: (id) => {
      if (isOurs(id)) return false;
      if (expected.includes(id)) return true;
      throw new Error(`${input} must not import ${id}`);
    },
  });
  // Not minified, since that is the business of whoever bundles it; the comments are in the source map and the types.
  await bundle.write({ file, format: 'es', sourcemap: true, comments: false });
  await bundle.close();
}

rmSync(here('./dist'), { recursive: true, force: true });

const [main, react] = [here('./src/index.ts'), here('./src/react/index.ts')];
await build(main, here('./dist/index.js'), here('./tsconfig.build.json'), []);
await build(react, here('./dist/react/index.js'), here('./tsconfig.react.json'), ['react']);

const flatTypes = ['--silent', '--no-check', '--no-banner', '--project', here('./tsconfig.build.json')];
run('dts-bundle-generator/dist/bin/dts-bundle-generator.js', ...flatTypes, '-o', here('./dist/index.d.ts'), main);
// Not flat: its types name those of the main entry, of which there must be one copy.
run('typescript/bin/tsc', '-p', here('./tsconfig.react.json'));

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
