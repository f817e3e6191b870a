import { findings } from '../../../contract/agent/security.ts'
import { defineMessages } from '../ui/text.ts'

/** What the security check of a site finds in a file. The English ones are the agent's own. */
export const findingMessages = defineMessages('findings', {
  'double-extension': {
    en: findings['double-extension'],
    ko: '다른 확장자 뒤에 {{extension}} 확장자가 붙은 이름입니다.',
  },
  elf: { en: findings.elf, ko: '이름과 달리 Linux 프로그램 또는 라이브러리(ELF)입니다.' },
  pe: { en: findings.pe, ko: '이름과 달리 Windows 프로그램 또는 라이브러리(PE)입니다.' },
  'mach-o': { en: findings['mach-o'], ko: '이름과 달리 macOS 프로그램 또는 라이브러리(Mach-O)입니다.' },
  'other-content': {
    en: findings['other-content'],
    ko: '내용이 {{extension}}이(가) 아니라 {{content}}(으)로 보입니다.',
  },
  'archive-inflates': {
    en: findings['archive-inflates'],
    ko: '압축을 풀면 크기가 {{ratio}}배 넘게 늘어나는 압축 파일입니다.',
  },
  'archive-deep': {
    en: findings['archive-deep'],
    ko: '압축 파일이 {{depth}}단계 넘게 겹쳐 있습니다.',
  },
  'archive-large': {
    en: findings['archive-large'],
    ko: '압축 파일 안에 검사하기에 너무 큰 압축 파일이 있습니다.',
  },
  'archive-closed': { en: findings['archive-closed'], ko: '압축 파일에 검사할 수 없는 항목이 있습니다.' },
  'archive-damaged': { en: findings['archive-damaged'], ko: '압축 파일이 손상되었거나 완전하지 않습니다.' },
} satisfies Record<keyof typeof findings, unknown>)
