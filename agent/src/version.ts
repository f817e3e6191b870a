declare const HEADWAY_VERSION: string | undefined

/** Filled in by the build; `0.0.0-dev` when run from source. */
export const version = typeof HEADWAY_VERSION === 'undefined' ? '0.0.0-dev' : HEADWAY_VERSION
