import type { Holder } from './own-folder.ts'

type Language = 'en' | 'ko'

/** Why Headway cannot be opened here, and what to do; `holder` is undefined where nobody knows who it is. */
export function heldText(holder: Holder | undefined, language: Language): string {
  if (holder === undefined) {
    return language === 'ko'
      ? 'Headway가 이 컴퓨터에서 이미 열려 있습니다. 그 창을 사용하거나, 먼저 종료하세요.'
      : 'Headway is already open on this machine. Use that window, or end it first.'
  }
  const { host, pid, here, silentMs } = holder
  const seconds = silentMs === undefined ? undefined : Math.round(silentMs / 1000)
  if (language === 'ko') {
    const seen = seconds === undefined ? '' : seconds === 0 ? ', 방금까지 활동' : `, 마지막 활동 ${seconds}초 전`
    return here
      ? `Headway가 이 컴퓨터에서 이미 열려 있습니다(프로세스 ${pid}${seen}). 그 창을 사용하거나, 먼저 종료하세요.`
      : `Headway가 ${host}에서 이미 열려 있습니다(프로세스 ${pid}${seen}). 그곳에서 종료한 다음 여기에서 다시 여세요.`
  }
  const seen = seconds === undefined ? '' : `, last sign of life ${seconds === 0 ? 'just now' : `${seconds} s ago`}`
  return here
    ? `Headway is already open on this machine (process ${pid}${seen}). Use that window, or end it first.`
    : `Headway is already open on ${host} (process ${pid}${seen}). Close it there, then open it here again.`
}

/** While a folder that was in use elsewhere is watched. */
export function waitingText({ host }: Holder, seconds: number, language: Language): string {
  return language === 'ko'
    ? `Headway가 마지막으로 ${host}에서 열려 있었습니다. 그곳에서 종료되었는지 확인하고 있습니다(최대 ${seconds}초).`
    : `Headway was last open on ${host}. Making sure that it has ended there, which takes up to ${seconds} s.`
}

/** Why Headway ends here. */
export function lostText({ host, here }: Holder, language: Language): string {
  if (language === 'ko') {
    const where = here ? '이 컴퓨터의 다른 프로세스' : host
    return `이 컴퓨터가 응답하지 않는 동안 ${where}에서 Headway가 열렸습니다. 같은 내용이 두 번 전송되지 않도록 여기에서는 종료합니다. 잃어버린 것은 없습니다.`
  }
  const where = here ? 'in another process' : `on ${host}`
  return `Headway was opened ${where} while it showed no sign of life here. It ends here, so that nothing is sent twice. Nothing is lost.`
}
