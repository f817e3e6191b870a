/** Long forms of tests, of minutes: `HEADWAY_LONG=1`, as `npm run test:soak` sets it. */
export const isLong = process.env['HEADWAY_LONG'] !== undefined
