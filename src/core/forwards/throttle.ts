/** Tells of changes at most once in so many milliseconds, the first at once and the last always. */
export interface Throttle {
  changed(): void
  /** Nothing more is told. */
  end(): void
}

/** `busy`: while it is true, `tell` is called each time anyway, for figures that change without saying so. */
export function createThrottle(everyMs: number, busy: () => boolean, tell: () => void): Throttle {
  let timer: NodeJS.Timeout | undefined
  let waits = false
  function run(): void {
    timer = undefined
    if (!waits && !busy()) return
    waits = false
    timer = setTimeout(run, everyMs)
    timer.unref()
    tell()
  }
  return {
    changed() {
      waits = true
      if (timer === undefined) run()
    },
    end() {
      clearTimeout(timer)
      waits = false
    },
  }
}
