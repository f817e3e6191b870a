/** Tells the site that a viewer shows a desktop, and since when nobody has touched it. */
export interface SeenReports {
  /** A key or the pointer; told at once after a pause, so that an idle desktop is in use again without delay. */
  input(): void
  /** The viewer has a picture now, or has none any more. */
  shown(on: boolean): void
  end(): void
}

/** Milliseconds between two reports. */
const every = 30_000
/** A pause after which the next touch is told at once. */
const pause = 60_000

/** `tell`: seconds since the last touch. */
export function seenReports(tell: (idleSeconds: number) => void, now: () => number = Date.now): SeenReports {
  // Opening a desktop is using it.
  let touched = now()
  let timer: ReturnType<typeof setInterval> | undefined
  const report = () => tell(Math.max(0, Math.floor((now() - touched) / 1000)))
  const stop = () => {
    clearInterval(timer)
    timer = undefined
  }
  return {
    input() {
      const rested = now() - touched
      touched = now()
      if (timer !== undefined && rested >= pause) report()
    },
    shown(on) {
      if (!on) return stop()
      if (timer !== undefined) return
      report()
      timer = setInterval(report, every)
    },
    end: stop,
  }
}
