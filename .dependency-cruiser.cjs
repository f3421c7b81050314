// The arrows between the folders, as ARCHITECTURE.md draws them. `npm run deps` holds them.

/** Files that run in tests only. */
const TESTS = '[.-]spec\\.ts$|/(testing|contract)/|^tools/test/|^e2e/';
/** Libs that stand below all others; every lib may import them (config: only its types). */
const FOUNDATION = ['protocol', 'config', 'observability'];
/** What each lib may import besides itself and the foundation. */
const ARROWS = {
  database: [],
  registry: ['database'],
  'message-log': ['database'],
  bus: [],
  outbox: ['database'],
  'bus-kafka': ['bus', 'outbox'],
  'bus-rabbitmq': ['bus', 'outbox'],
  routing: ['registry', 'message-log', 'bus'],
  backends: ['database', 'registry', 'message-log', 'bus'],
};

const libs = (names) => `^libs/(${names.join('|')})/`;
const notLibs = (names) => `^libs/(?!(?:${names.join('|')})/)([^/]+)/`;

/** One rule a lib: from its code, tests aside, to any lib that it has no arrow to. */
const arrowRules = Object.entries(ARROWS).map(([lib, arrows]) => ({
  name: `arrows-of-${lib}`,
  comment: `libs/${lib} may import ${[...arrows, ...FOUNDATION].join(', ')}, and no other lib.`,
  severity: 'error',
  from: { path: libs([lib]), pathNot: TESTS },
  to: { path: notLibs([lib, ...arrows, ...FOUNDATION]) },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'Two files that need each other are one thing, or a third is missing. Entities may name each other.',
      severity: 'error',
      from: { pathNot: '\\.entity\\.ts$' },
      to: { circular: true },
    },
    { name: 'no-unresolved', comment: 'An import that leads nowhere.', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'undeclared-package',
      comment: 'A package that package.json does not name is there by accident.',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'development-packages-stay-out',
      comment: 'What runs in production imports only packages that are installed there. React is a peer of whoever uses its entry.',
      severity: 'error',
      from: { path: '^(apps|libs)/[^/]+/src/', pathNot: [TESTS, '^libs/(local-services|client/src/react)/'] },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },

    // Apps
    {
      name: 'libs-never-import-apps',
      comment: 'Arrows point downwards.',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^apps/' },
    },
    {
      name: 'apps-never-import-apps',
      comment: 'Apps share code through libs. Standalone alone puts the other two together.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/', pathNot: '^apps/standalone/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'standalone-imports-apps-by-their-index',
      comment: 'The index of an app shows what standalone puts together: its module, and what a process starts.',
      severity: 'error',
      from: { path: '^apps/standalone/' },
      to: { path: '^apps/(?!standalone/)', pathNot: '^apps/(api|gateway)/src/index\\.ts$' },
    },
    {
      name: 'adapters-are-chosen-in-module-files',
      comment: 'Only the module file of an app knows which bus it has.',
      severity: 'error',
      from: { path: '^(apps|libs|tools)/', pathNot: [TESTS, '^apps/[^/]+/src/[^/]+\\.module\\.ts$', '^libs/bus-(kafka|rabbitmq)/'] },
      to: { path: '^libs/bus-(kafka|rabbitmq)/' },
    },

    // Libs
    {
      name: 'libs-only-through-their-entries',
      comment: 'A lib shows what its index exports, and nothing else.',
      severity: 'error',
      from: { path: '^((?:apps|libs)/[^/]+|tools|e2e)/' },
      to: {
        path: '^libs/',
        pathNot: [
          '^$1/',
          '^libs/[^/]+/src/index\\.ts$',
          '^libs/protocol/src/(schemas|events)/index\\.ts$',
          '^libs/bus/src/contract/index\\.ts$',
          '^libs/client/src/react/index\\.ts$',
        ],
      },
    },
    {
      name: 'foundation-imports-no-lib',
      comment: 'protocol, config and observability stand below all other libs, and beside each other.',
      severity: 'error',
      from: { path: libs(FOUNDATION), pathNot: TESTS },
      to: { path: '^libs/', pathNot: '^libs/$1/' },
    },
    ...arrowRules,
    {
      name: 'every-lib-has-arrows',
      comment: 'A new lib gets its arrows here and in ARCHITECTURE.md before it imports another one.',
      severity: 'error',
      from: { path: notLibs([...FOUNDATION, ...Object.keys(ARROWS), 'client', 'testing', 'local-services']), pathNot: TESTS },
      to: { path: '^libs/', pathNot: '^libs/$1/' },
    },
    {
      name: 'config-only-for-its-types',
      comment: 'Apps read the settings and pass them in. migrate.ts is a program of its own.',
      severity: 'error',
      from: { path: '^libs/(?!config/)', pathNot: [TESTS, '^libs/database/src/migrate\\.ts$'] },
      to: { path: '^libs/config/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'protocol-imports-nothing',
      comment: 'The protocol runs in browsers and in Node, so it needs neither packages nor Node; its schemas need zod and look at bytes.',
      severity: 'error',
      from: { path: '^libs/protocol/src/', pathNot: TESTS },
      to: { pathNot: '^libs/protocol/|node_modules/zod/|^(node:)?buffer$' },
    },
    {
      name: 'zod-only-in-schemas',
      comment: 'Clients import the protocol without its schemas, and must not get zod with it.',
      severity: 'error',
      from: { path: '^libs/protocol/src/', pathNot: [TESTS, '^libs/protocol/src/schemas/'] },
      to: { path: 'node_modules/zod/|^libs/protocol/src/schemas/' },
    },
    {
      name: 'client-imports-only-the-protocol',
      comment: 'The SDK has no dependencies: it takes the main entry of the protocol, and nothing else.',
      severity: 'error',
      from: { path: '^libs/client/src/', pathNot: [TESTS, '^libs/client/src/react/'] },
      to: { pathNot: '^libs/client/src/(?!react/)|^libs/protocol/src/index\\.ts$' },
    },
    {
      name: 'react-entry-brings-no-client',
      comment: 'The entry for React takes the client that it is given: it imports React, and of the SDK the types.',
      severity: 'error',
      from: { path: '^libs/client/src/react/', pathNot: TESTS },
      to: { pathNot: '^libs/client/src/react/|node_modules/(@types/)?react/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'client-reaches-only-the-protocol',
      comment: 'Nor does it get anything else through the protocol.',
      severity: 'error',
      from: { path: '^libs/client/src/index\\.ts$' },
      to: { path: 'node_modules/|^libs/protocol/src/(schemas|events)/', reachable: true },
    },
    {
      name: 'kafkajs-only-in-its-adapter',
      comment: 'Nothing but libs/bus-kafka knows the Kafka client; end-to-end tests read topics as other services do.',
      severity: 'error',
      from: { pathNot: '^libs/bus-kafka/|^e2e/' },
      to: { path: 'node_modules/kafkajs/' },
    },
    {
      name: 'amqplib-only-in-its-adapter',
      comment: 'Nothing but libs/bus-rabbitmq knows the RabbitMQ client.',
      severity: 'error',
      from: { pathNot: '^libs/bus-rabbitmq/' },
      to: { path: 'node_modules/amqplib/|^amqplib' },
    },

    // Tests and tools
    {
      name: 'test-code-only-in-tests',
      comment: 'libs/testing, the contract suites, and testing folders are for tests.',
      severity: 'error',
      from: { pathNot: TESTS },
      to: { path: TESTS },
    },
    {
      name: 'local-services-only-in-development',
      comment: 'Tests, tools and the quick start run PostgreSQL and Kafka themselves; a server finds them.',
      severity: 'error',
      from: { pathNot: [TESTS, '^tools/', '^apps/standalone/', '^libs/local-services/'] },
      to: { path: '^libs/local-services/' },
    },
    {
      name: 'local-services-imports-no-lib',
      comment: 'It starts programs, and knows nothing of what connects to them.',
      severity: 'error',
      from: { path: '^libs/local-services/', pathNot: TESTS },
      to: { path: notLibs(['local-services']) },
    },
    {
      name: 'nobody-imports-tools',
      comment: 'Tools are programs.',
      severity: 'error',
      from: { path: '^(apps|libs)/' },
      to: { path: '^tools/' },
    },
    {
      name: 'end-to-end-tests-start-apps',
      comment: 'They see what services and clients see, so they import no app.',
      severity: 'error',
      from: { path: '^e2e/' },
      to: { path: '^apps/' },
    },
    {
      name: 'tools-import-only-settings-of-apps',
      comment: 'A tool that needs an app starts it; the documents need the list of its settings.',
      severity: 'error',
      from: { path: '^tools/' },
      to: { path: '^apps/', pathNot: '^apps/[^/]+/src/process-settings\\.ts$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/|^apps/standalone/demo/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    combinedDependencies: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types'] },
  },
};
