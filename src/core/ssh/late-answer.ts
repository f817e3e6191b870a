/**
 * Answers ssh2 after somebody was asked. Where the connection has ended meanwhile, its callbacks throw from within; the end itself is
 * told by the connection, so nothing is left to say.
 */
export function lateAnswer(answer: () => void): void {
  try {
    answer()
  } catch {
    // The connection is gone.
  }
}
