export const desktopsPath = '/api/v2/desktops'
export const desktopPath = (id: string): string => `${desktopsPath}/${encodeURIComponent(id)}`
