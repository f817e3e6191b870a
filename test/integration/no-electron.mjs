// Given to Node by --import: electron is not installed as far as this process can tell.
import { registerHooks } from 'node:module'

registerHooks({
  resolve(specifier, context, next) {
    if (/^electron($|[/-])/.test(specifier)) throw new Error(`${specifier} is not installed`)
    return next(specifier, context)
  },
})
