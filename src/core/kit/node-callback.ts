/** Answers a callback of Node's kind with what a promise comes to; never rejects. */
export async function answerBy<T>(work: Promise<T>, done: (error: Error | null, value?: T) => void): Promise<void> {
  let value: T
  try {
    value = await work
  } catch (error) {
    return done(error instanceof Error ? error : new Error(String(error)))
  }
  done(null, value)
}
