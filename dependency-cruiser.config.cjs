/**
 * The layer table of the architecture (docs/adr/0002), checked by machine: type imports count too.
 * Each layer may import only what its row names; `electron` is reachable from the Electron host alone.
 */
const layer = (name, from, allowed) => ({
  name: `layer-${name}`,
  comment: `${name} may only import: ${allowed.join(', ')}`,
  severity: 'error',
  from: { path: from, pathNot: '(\\.config\\.ts|\\.mjs)$' },
  to: {
    pathNot: [from, ...allowed],
    dependencyTypesNot: [
      'npm',
      'npm-dev',
      'npm-optional',
      'npm-peer',
      'core',
      'npm-no-pkg',
      'npm-unknown',
      'unknown',
      'undetermined',
    ],
  },
})
const only = (name, from, to) => ({ name, severity: 'error', from: { path: from }, to })
const npm = (...names) => names.map((n) => `node_modules/${n}(/|$)`)
const external = ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'core']

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
    { name: 'nothing-imports-test', severity: 'error', from: { pathNot: '^test/' }, to: { path: '^test/' } },
    layer('contract', '^contract/', []),
    layer('mesh', '^mesh/', ['^contract/']),
    layer('rpc', '^src/rpc/', ['^contract/']),
    layer('core', '^src/core/', ['^contract/', '^mesh/', '^src/rpc/']),
    layer('main', '^src/main/', ['^src/core/', '^src/rpc/', '^contract/']),
    layer('web', '^src/web/', ['^src/core/', '^src/rpc/', '^contract/']),
    layer('cli', '^src/cli/', ['^src/core/', '^src/web/', '^src/rpc/', '^contract/']),
    layer('preload', '^src/preload/', ['^contract/']),
    layer('renderer', '^src/renderer/', ['^contract/', '^src/rpc/']),
    layer('agent', '^agent/', ['^contract/', '^mesh/']),
    only('contract-needs-only-the-schema-library', '^contract/', {
      dependencyTypes: external,
      pathNot: npm('typebox'),
    }),
    only('mesh-has-no-npm', '^mesh/', { dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer'] }),
    only('rpc-has-no-node-no-dom-no-npm', '^src/rpc/', { dependencyTypes: external, pathNot: npm('typebox') }),
    only('renderer-has-no-node', '^src/renderer/', { dependencyTypes: ['core'] }),
    only('electron-only-in-its-host', '^(contract|mesh|src/(core|rpc|web|cli|renderer)|agent|src/main/policy)/', {
      path: 'node_modules/(electron|electron-store|electron-updater)(/|$)',
    }),
    {
      name: 'electron-unreachable',
      comment: 'the Node host, the terminal and the core start with electron not installed',
      severity: 'error',
      from: { path: '^(src/(core|web|cli)|agent)/' },
      to: { path: 'node_modules/electron(/|$)', reachable: true },
    },
    {
      name: 'features-meet-at-their-index',
      comment: 'one core feature reaches another only through its index.ts',
      severity: 'error',
      from: { path: '^src/core/([^/]+)/' },
      to: { path: '^src/core/([^/]+)/', pathNot: ['^src/core/$1/', '^src/core/[^/]+/index\\.ts$', '^src/core/kit/'] },
    },
    {
      name: 'kit-knows-no-feature',
      severity: 'error',
      from: { path: '^src/core/kit/' },
      to: { path: '^src/core/', pathNot: '^src/core/(kit/|platform\\.ts$)' },
    },
    {
      name: 'ui-knows-no-feature',
      severity: 'error',
      from: { path: '^src/renderer/ui/' },
      to: { path: '^src/renderer/(features|app)/' },
    },
    {
      name: 'agent-nouns-meet-at-their-index',
      severity: 'error',
      from: { path: '^agent/src/([^/]+)/' },
      to: {
        path: '^agent/src/([^/]+)/',
        pathNot: ['^agent/src/$1/', '^agent/src/[^/]+/(index|tables)\\.ts$', '^agent/src/(kit|db)/'],
      },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'node', 'default'] },
  },
}
