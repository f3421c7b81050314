// Nest 12 is published as ES modules only; the tests are CommonJS, so jest turns those packages into CommonJS too.
const swc = (parser, transform) => [
  '@swc/jest',
  {
    swcrc: false,
    sourceMaps: parser.syntax === 'typescript' ? 'inline' : false,
    module: { type: 'commonjs' },
    jsc: { target: 'es2022', parser, keepClassNames: true, transform },
  },
];
const esmOnly = [
  '@nestjs',
  'file-type',
  'strtok3',
  'token-types',
  'uint8array-extras',
  '@tokenizer',
  '@borewit',
  'path-to-regexp',
  'cookie',
  'load-esm',
  'jose',
];

const shared = {
  testEnvironment: 'node',
  roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/tools', '<rootDir>/e2e'],
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/libs/client/dist'],
  moduleFileExtensions: ['ts', 'js', 'mjs', 'json'],
  transform: {
    '^.+\\.ts$': swc(
      { syntax: 'typescript', decorators: true },
      { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
    ),
    '^.+\\.m?js$': swc({ syntax: 'ecmascript' }),
  },
  transformIgnorePatterns: [`/node_modules/(?!(?:.*/node_modules/)?(?:${esmOnly.join('|')})/)`],
  moduleNameMapper: {
    '^@switchboard/protocol/(schemas|events)$': '<rootDir>/libs/protocol/src/$1',
    '^@switchboard/bus/contract$': '<rootDir>/libs/bus/src/contract',
    '^@switchboard/([^/]+)$': '<rootDir>/libs/$1/src',
  },
};

const withServices = {
  ...shared,
  globalSetup: '<rootDir>/tools/test/start-services.ts',
  globalTeardown: '<rootDir>/tools/test/stop-services.ts',
};

export default {
  reporters: ['default', '<rootDir>/tools/test/summary-reporter.mjs'],
  maxWorkers: 2,
  testTimeout: 30_000,
  projects: [
    { ...shared, displayName: 'unit', testMatch: ['**/*.spec.ts'] },
    { ...withServices, displayName: 'integration', testMatch: ['**/*.int-spec.ts'] },
    { ...withServices, displayName: 'e2e', testMatch: ['**/*.e2e-spec.ts'] },
    { ...withServices, displayName: 'browser', testMatch: ['**/*.browser-spec.ts'] },
  ],
};
