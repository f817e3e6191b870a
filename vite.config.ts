import { gzipSync } from 'node:zlib'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

/** What the first screen may load, all its scripts together, gzipped. */
const firstScreenLimit = 250_000

/** Fails the build when the script of the first screen (entry and all it imports statically) outgrows its limit. */
function firstScreenBudget(): Plugin {
  return {
    name: 'headway:first-screen-budget',
    apply: 'build',
    generateBundle(_options, bundle) {
      const seen = new Set<string>()
      const visit = (file: string): number => {
        const chunk = bundle[file]
        if (chunk?.type !== 'chunk' || seen.has(file)) return 0
        seen.add(file)
        return chunk.imports.map(visit).reduce((sum, size) => sum + size, gzipSync(chunk.code).length)
      }
      const entries = Object.values(bundle).filter((item) => item.type === 'chunk' && item.isEntry)
      const size = entries.map((entry) => visit(entry.fileName)).reduce((sum, part) => sum + part, 0)
      this.info(`first screen: ${(size / 1000).toFixed(1)} kB of script, gzipped (limit ${firstScreenLimit / 1000} kB)`)
      if (size > firstScreenLimit)
        this.error(`the first screen's script is over its limit of ${firstScreenLimit} bytes`)
    },
  }
}

export default defineConfig({
  root: 'src/renderer',
  base: './',
  plugins: [react(), firstScreenBudget()],
  build: {
    outDir: '../../dist/renderer',
    emptyOutDir: true,
    target: 'es2024',
    // Under the strict CSP nothing may be inlined into the page or into styles.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
    // The budget above is the measure, not the size of one file.
    chunkSizeWarningLimit: 1000,
  },
})
