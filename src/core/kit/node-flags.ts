/**
 * How Node is run for what lasts, the agent and the Node host: V8 would let the memory of young objects grow to 128 MiB beside
 * large transfers, which are no faster by it (measured, docs/performance.md).
 */
export const nodeFlags: readonly string[] = ['--max-semi-space-size=16']
