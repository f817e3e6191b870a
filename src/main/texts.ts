import type { Standing } from './messages.ts'

/** Of a system's locale. */
export const languageOf = (locale: string): Standing['language'] => (locale.startsWith('ko') ? 'ko' : 'en')

/** What the main process says of the outbox, in the user's language. */
export interface OutboxTexts {
  tooltip: string
  /** Asked before Headway ends. */
  question: { message: string; detail: string; keep: string; quit: string }
  /** The last window was closed, and sending goes on. */
  keeps: { title: string; body: string }
  /** There was no window when the last entry had gone. */
  drained: { title: string; body: string }
}

export function outboxTexts({ unsent, language }: Standing, tray: boolean): OutboxTexts {
  return language === 'ko' ? korean(unsent, tray) : english(unsent, tray)
}

function english(unsent: number, tray: boolean): OutboxTexts {
  const [waits, kept, them] =
    unsent === 1
      ? ['1 entry waits in the outbox.', 'It is kept, and sent the next time Headway is open.', 'it']
      : [`${unsent} entries wait in the outbox.`, 'They are kept, and sent the next time Headway is open.', 'them']
  return {
    tooltip: unsent === 0 ? 'Headway' : `Headway: ${waits}`,
    question: {
      message: waits,
      detail: kept,
      keep: tray ? 'Keep sending in the tray' : 'Keep Headway open',
      quit: 'Quit',
    },
    keeps: { title: waits, body: `Headway keeps sending ${them} in the tray. Quit it there.` },
    drained: { title: 'Nothing waits to be sent any more.', body: 'Headway stays in the tray. Quit it there.' },
  }
}

function korean(unsent: number, tray: boolean): OutboxTexts {
  const waits = `보낼 작업에 ${unsent}개 항목이 남아 있습니다.`
  return {
    tooltip: unsent === 0 ? 'Headway' : `Headway: 보낼 항목 ${unsent}개`,
    question: {
      message: waits,
      detail: '항목은 그대로 보관되며, 다음에 Headway를 열 때 전송됩니다.',
      keep: tray ? '트레이에서 계속 보내기' : 'Headway 계속 사용',
      quit: '종료',
    },
    keeps: { title: waits, body: 'Headway가 트레이에서 계속 보냅니다. 종료하려면 트레이 메뉴를 사용하세요.' },
    drained: {
      title: '보내려고 기다리는 항목이 더 이상 없습니다.',
      body: 'Headway는 트레이에 남아 있습니다. 종료하려면 트레이 메뉴를 사용하세요.',
    },
  }
}
