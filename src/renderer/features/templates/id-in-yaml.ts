/** The id that a template's YAML gives it, read without a parser; undefined where there is none yet. */
export const idInYaml = (yaml: string): string | undefined => /^id:[ \t]*["']?([a-z0-9-]{1,64})/m.exec(yaml)?.[1]
