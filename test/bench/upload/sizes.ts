/** How much is sent, by environment variables; without any of them a run of all figures takes a few minutes. */
const number = (name: string, usual: number): number => {
  const value = Number(process.env[name] ?? usual)
  if (!(value > 0)) throw new Error(`${name} has to be a number above 0.`)
  return value
}

export const MIB = 2 ** 20

export const sizes = {
  /** How often all ways of a figure take their turn. */
  runs: number('BENCH_RUNS', 3),
  /** The same for figures that take long: small files and text. */
  slowRuns: number('BENCH_SLOW_RUNS', 1),
  loopbackMib: number('BENCH_MIB', 1024),
  /** On the long link; what has one stream sends less, so that it ends. */
  linkMib: number('BENCH_LINK_MIB', 192),
  linkRuns: number('BENCH_LINK_RUNS', 2),
  iperfSeconds: number('BENCH_IPERF_SECONDS', 10),
  files: number('BENCH_FILES', 10_000),
  linkFiles: number('BENCH_LINK_FILES', 1_500),
  editedMib: number('BENCH_EDITED_MIB', 256),
  /** MB (10⁶ bytes). */
  meshMb: number('BENCH_MESH_MB', 60),
  limitSeconds: number('BENCH_LIMIT_SECONDS', 6),
  sparseGib: number('BENCH_SPARSE_GIB', 8),
}
