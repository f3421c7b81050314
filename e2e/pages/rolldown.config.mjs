// Bundles the pages of the browser tests with the SDK as it is published; each on its own, so that each is one file.
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

export default ['react-page', 'sdk-page'].map((name) => ({
  input: { [name]: here(`./${name}.mjs`) },
  platform: 'browser',
  transform: { define: { 'process.env.NODE_ENV': '"development"' } },
  resolve: {
    alias: {
      '@switchboard/client/react': here('../../libs/client/dist/react/index.js'),
      '@switchboard/client': here('../../libs/client/dist/index.js'),
    },
  },
}));
