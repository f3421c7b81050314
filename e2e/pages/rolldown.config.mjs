// Bundles the pages of the browser tests with the SDK as it is published.
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

export default {
  input: { 'react-page': here('./react-page.mjs'), 'sdk-page': here('./sdk-page.mjs') },
  platform: 'browser',
  transform: { define: { 'process.env.NODE_ENV': '"development"' } },
  resolve: {
    alias: {
      '@switchboard/client/react': here('../../libs/client/dist/react/index.js'),
      '@switchboard/client': here('../../libs/client/dist/index.js'),
    },
  },
};
