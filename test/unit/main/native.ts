/** Imports as Node itself does: this file is loaded by Node, so its `import()` is not the test runner's. */
export const load = (url: string): Promise<unknown> => import(url)
