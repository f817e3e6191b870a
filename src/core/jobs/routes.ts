export const jobPath = (id: string): string => `/api/v2/jobs/${encodeURIComponent(id)}`
