export const templatesPath = '/api/v2/templates'
export const templatePath = (id: string): string => `${templatesPath}/${encodeURIComponent(id)}`
