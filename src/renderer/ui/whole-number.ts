/** What a number field holds as a whole number, 0 or more; 0 where it holds none. */
export const wholeNumber = (value: number | string): number => Math.max(0, Math.floor(Number(value)) || 0)
