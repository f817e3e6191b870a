import { useCallback } from 'react'
import { useServices } from '../../app/services.tsx'

/** Opens an address of the web in the system's browser; where the core has none, in the one that shows this window. */
export function useOpenAddress(): (url: string) => void {
  const { client } = useServices()
  return useCallback(
    (url) => {
      client.call('host', 'openExternal', { url }).catch(() => window.open(url, '_blank', 'noopener,noreferrer'))
    },
    [client],
  )
}
