/** A fault that no schema sees. `row` counts from 1 inside the text at `path`. */
export interface Fault {
  path: (string | number)[]
  reason: string
  row?: number
}
