import type { AppErrorValue } from '../../../../contract/errors.ts'
import type { RpcClient } from '../../../rpc/types.ts'

/** Where a shell's output is drawn. */
export interface Output {
  /** Begins again with what is kept of the output; `replay`: what it asks of a terminal was answered long ago. */
  restart(data: string, replay: boolean): void
  write(data: string): void
  /** Characters that were given and are not drawn yet. */
  readonly pending: number
  onDrawn(listener: () => void): void
}

/** Characters that may wait to be drawn; a shell that prints faster gets its last part anew once they are. */
const mostPending = 4_000_000
const fewPending = 200_000

/** Draws what a shell prints until the returned function is called. `takeNew`: whether its first words still want answers. */
export function followOutput(
  client: RpcClient,
  id: string,
  screen: Output,
  takeNew: (id: string) => boolean,
  onError: (error: AppErrorValue) => void,
): () => void {
  let over = false
  let end: (() => void) | undefined
  const follow = (): void => {
    end = client.subscribe(
      'terminals',
      'output',
      { id },
      {
        snapshot: ({ data }) => screen.restart(data, !takeNew(id)),
        event: ({ data }) => {
          screen.write(data)
          if (screen.pending <= mostPending) return
          end?.()
          end = undefined
        },
        error: (error) => {
          // It was closed elsewhere: the list says so.
          if (error.code !== 'NOT_FOUND') onError(error)
        },
      },
    )
  }
  screen.onDrawn(() => {
    if (!over && end === undefined && screen.pending <= fewPending) follow()
  })
  follow()
  return () => {
    over = true
    end?.()
  }
}
