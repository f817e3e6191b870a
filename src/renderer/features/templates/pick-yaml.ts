/** Largest template file that is read into the page; the contract's own limit is 500,000 characters. */
const largest = 500_000

/** Lets the user choose a YAML file and reads it; undefined when they choose none. */
export function pickYaml(): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const input = document.createElement('input')
    input.type = 'file'
    input.accept = '.yaml,.yml'
    input.addEventListener('cancel', () => resolve(undefined), { once: true })
    input.addEventListener(
      'change',
      () => {
        const file = input.files?.[0]
        if (file === undefined) resolve(undefined)
        else file.slice(0, largest).text().then(resolve, reject)
      },
      { once: true },
    )
    input.click()
  })
}
