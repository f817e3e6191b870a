import type { Text } from '../../../contract/text.ts'

const short = (value: number): string => {
  const size = Math.abs(value)
  return size !== 0 && (size < 1e-3 || size >= 1e4)
    ? value.toExponential(1).replace('e+', 'e')
    : String(Number(value.toPrecision(3)))
}

/** `Ux residual`; a series that is called so already needs no second word. */
const residual = (name: string) => (/residual/i.test(name) ? name : `${name} residual`)
const residualInKorean = (name: string) => (/residual/i.test(name) ? name : `${name} 잔차`)

/** Why a run is said to be what it is; names of series are the solver's own words. */
export const says = {
  tooEarly: (): Text => ({
    en: 'There is too little yet to judge by.',
    ko: '아직 판단하기에는 값이 부족합니다.',
  }),
  falls: (): Text => ({ en: 'The residuals fall.', ko: '잔차가 줄어들고 있습니다.' }),
  marches: (): Text => ({
    en: 'It goes on step by step, and nothing runs away.',
    ko: '한 단계씩 진행 중이며 발산하는 값이 없습니다.',
  }),
  solverConverged: (): Text => ({
    en: 'The solver says that it has converged.',
    ko: '솔버가 수렴했다고 보고했습니다.',
  }),
  reached: (): Text => ({
    en: 'Every residual has reached its target.',
    ko: '모든 잔차가 목표값에 도달했습니다.',
  }),
  stands: (name: string, points: number, counted: Text): Text => ({
    en: `The ${residual(name)} has not fallen for ${points} ${counted.en}.`,
    ko: `${residualInKorean(name)} 값이 ${counted.ko ?? counted.en} ${points}회 동안 줄지 않았습니다.`,
  }),
  rises: (name: string, points: number, factor: number, counted: Text): Text => ({
    en: `The ${residual(name)} has grown ${short(factor)}-fold over the last ${points} ${counted.en}.`,
    ko: `최근 ${counted.ko ?? counted.en} ${points}회 동안 ${residualInKorean(name)} 값이 ${short(factor)}배로 커졌습니다.`,
  }),
  runsAway: (label: Text, name: string, value: number): Text => ({
    en: `${label.en} (${name}) run away: ${short(value)} now.`,
    ko: `${label.ko ?? label.en}(${name}) 값이 급격히 커졌습니다. 현재 ${short(value)}입니다.`,
  }),
  outOfBalance: (name: string, value: number): Text => ({
    en: `The energies are out of balance: ${name} is ${short(value)}, where it should be near 1.`,
    ko: `에너지 균형이 맞지 않습니다. ${name} 값이 1에 가까워야 하는데 ${short(value)}입니다.`,
  }),
  shrinks: (name: string, part: number): Text => ({
    en: `It hardly gets on: ${name} has shrunk to ${short(part * 100)} % of its greatest.`,
    ko: `거의 진행되지 않습니다. ${name} 값이 최댓값의 ${short(part * 100)} %로 줄었습니다.`,
  }),
  fails: (attempts: number): Text => ({
    en: `${short(attempts)} attempts at the increment have failed in a row.`,
    ko: `이 증분의 계산이 연속으로 ${short(attempts)}회 실패했습니다.`,
  }),
  failsOften: (): Text => ({
    en: 'It hardly gets on: most of the latest work went into attempts that follow a failed one.',
    ko: '거의 진행되지 않습니다. 최근 계산 대부분이 실패한 시도를 다시 하는 데 쓰였습니다.',
  }),
  isNoNumber: (name: string, value: number): Text =>
    Number.isNaN(value)
      ? { en: `The latest value of ${name} is not a number.`, ko: `${name}의 최근 값이 숫자가 아닙니다(NaN).` }
      : { en: `The latest value of ${name} is infinite.`, ko: `${name}의 최근 값이 무한대입니다.` },
  patternTooSlow: (): Text => ({
    en: 'A pattern of the template takes too long; the plot ends here. Make the pattern simpler.',
    ko: '템플릿의 패턴을 처리하는 데 시간이 너무 오래 걸려 그래프를 여기서 멈췄습니다. 패턴을 단순하게 고치세요.',
  }),
} as const
