import { defineConfig } from 'vitest/config'

/** Suites by what they need: unit and contract nothing, integration real processes, e2e a browser. */
const suite = (name: string, include: string[], timeout: number) => ({
  test: {
    name,
    include,
    testTimeout: timeout,
    hookTimeout: timeout,
    environment: 'node' as const,
    // What is waited for comes when the machine gets to it: a second says nothing where all tests run beside each other.
    expect: { poll: { timeout: 10_000 } },
  },
})

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      suite('unit', ['test/unit/**/*.test.ts', 'test/unit/**/*.test.tsx'], 15_000),
      suite('contract', ['test/contract/**/*.test.ts'], 15_000),
      suite('integration', ['test/integration/**/*.test.ts'], 60_000),
      suite('electron', ['test/electron/**/*.test.ts'], 240_000),
      suite('e2e', ['test/e2e/**/*.test.ts'], 240_000),
    ],
    coverage: {
      provider: 'v8',
      include: ['src/core/**', 'agent/src/**', 'mesh/**', 'src/rpc/**'],
      reporter: ['text-summary', 'json-summary'],
      reportsDirectory: 'coverage',
      // One failed test must not look like two failures.
      reportOnFailure: true,
    },
  },
})
