/** What may stand for a byte stream: text as the core makes it, of a length that hurts nobody. */
export const isTicket = (value: unknown): value is string =>
  typeof value === 'string' && /^[A-Za-z0-9_-]{1,128}$/.test(value)
