import type { Kysely, Selectable, Updateable } from 'kysely'
import type { DesktopEnd } from '../../../contract/desktops.ts'
import type { Database } from '../db/database.ts'
import type { DesktopsTable } from './tables.ts'

/** How a desktop came to its end. */
export interface End {
  kind: DesktopEnd
  detail?: string
}

/** What is kept of a desktop. Times ISO 8601. */
export interface Kept {
  usedAt: string | undefined
  share: { digest: string; since: string } | undefined
  isIdleEnd: boolean
  end: End | undefined
  isCleaned: boolean
}

export interface Store {
  /** As it is for one of which nothing was kept yet. */
  of(number: number): Promise<Kept>
  ofAll(numbers: readonly number[]): Promise<Map<number, Kept>>
  setUsed(number: number, at: string): Promise<void>
  setShare(number: number, share: { digest: string; since: string } | undefined): Promise<void>
  /** Whether it is being ended because nobody used it. */
  setIdleEnd(number: number, isIdleEnd: boolean): Promise<void>
  /** With its end nobody watches it any more. */
  setEnd(number: number, end: End): Promise<void>
  setCleaned(number: number): Promise<void>
  /** It is back in the queue: nothing of its run before counts. */
  begin(number: number): Promise<void>
}

const nothing: Kept = { usedAt: undefined, share: undefined, isIdleEnd: false, end: undefined, isCleaned: false }

function keptOf(row: Selectable<DesktopsTable>): Kept {
  const { used_at, share, shared_at, idle_end, end_kind, end_detail, cleaned } = row
  return {
    usedAt: used_at ?? undefined,
    share: share === null || shared_at === null ? undefined : { digest: share, since: shared_at },
    isIdleEnd: idle_end === 1,
    end: end_kind === null ? undefined : { kind: end_kind, ...(end_detail === null ? {} : { detail: end_detail }) },
    isCleaned: cleaned === 1,
  }
}

export function createStore(db: Kysely<Database>): Store {
  async function put(number: number, set: Updateable<DesktopsTable>): Promise<void> {
    await db
      .insertInto('desktops')
      .values({ ...set, number })
      .onConflict((conflict) => conflict.column('number').doUpdateSet({ ...set, number }))
      .execute()
  }

  async function ofAll(numbers: readonly number[]): Promise<Map<number, Kept>> {
    const rows =
      numbers.length === 0
        ? []
        : await db
            .selectFrom('desktops')
            .selectAll()
            .where('number', 'in', [...numbers])
            .execute()
    const found = new Map(rows.map((row) => [row.number, keptOf(row)]))
    return new Map(numbers.map((number) => [number, found.get(number) ?? nothing]))
  }

  return {
    of: async (number) => (await ofAll([number])).get(number) ?? nothing,
    ofAll,
    setUsed: (number, used_at) => put(number, { used_at }),
    setShare: (number, share) => put(number, { share: share?.digest ?? null, shared_at: share?.since ?? null }),
    setIdleEnd: (number, isIdleEnd) => put(number, { idle_end: isIdleEnd ? 1 : 0 }),
    setEnd: (number, { kind, detail }) =>
      put(number, { end_kind: kind, end_detail: detail ?? null, share: null, shared_at: null }),
    setCleaned: (number) => put(number, { cleaned: 1 }),
    begin: (number) =>
      put(number, {
        used_at: null,
        share: null,
        shared_at: null,
        idle_end: 0,
        end_kind: null,
        end_detail: null,
        cleaned: 0,
      }),
  }
}
