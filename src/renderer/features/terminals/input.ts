/** What one call may carry is a million characters; far less keeps a huge paste from holding up the keys behind it. */
const longest = 64 * 1024

/** Keys on their way to a shell. */
export interface InputQueue {
  push(data: string): void
}

/**
 * Sends keys in their order, those of one tick together, and the next only when the last has arrived: two calls under way at
 * once could change places where a connection is made anew. What cannot be sent is dropped with all behind it, and told.
 */
export function inputQueue(write: (data: string) => Promise<unknown>, onLost: (error: unknown) => void): InputQueue {
  let waiting = ''
  let sending = false
  const send = async (): Promise<void> => {
    sending = true
    // Keys of the same tick come first.
    await Promise.resolve()
    while (waiting !== '') {
      const part = headOf(waiting, longest)
      waiting = waiting.slice(part.length)
      try {
        await write(part)
      } catch (error) {
        waiting = ''
        onLost(error)
      }
    }
    sending = false
  }
  return {
    push(data) {
      waiting += data
      if (!sending) void send()
    },
  }
}

/** The first `length` units of a text, no character cut in two. */
function headOf(text: string, length: number): string {
  if (text.length <= length) return text
  const code = text.charCodeAt(length - 1)
  return text.slice(0, code >= 0xd800 && code <= 0xdbff ? length - 1 : length)
}
