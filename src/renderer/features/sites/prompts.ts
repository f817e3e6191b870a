import { plainLine } from '../../ui/plain-text.ts'

/** Whether a hidden prompt asks for a code that is used once rather than for a password: short, and it names no password. */
export function isOneTimeCode(prompt: string): boolean {
  const text = plainLine(prompt)
  if (/\b(otp|one.?time|2fa|mfa|code|token|pin|passcode|verification)\b|인증|코드|일회용/i.test(text)) return true
  return text.length <= 40 && !/pass(word|phrase)|비밀번호|암호/i.test(text)
}
