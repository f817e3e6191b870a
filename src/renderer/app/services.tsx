import { createContext, useContext, type ReactNode } from 'react'
import { useStore, type StoreApi } from 'zustand'
import type { HostInfo } from '../../../contract/host.ts'
import type { RpcClient } from '../../rpc/types.ts'
import type { Host } from '../boot/host.ts'

/** What features work with; made once at boot, and once per test. */
export interface Services {
  client: RpcClient
  host: Host
  info: HostInfo
}

const ServicesContext = createContext<Services | undefined>(undefined)

export function ServicesProvider({ services, children }: { services: Services; children: ReactNode }) {
  return <ServicesContext value={services}>{children}</ServicesContext>
}

export function useServices(): Services {
  const services = useContext(ServicesContext)
  if (services === undefined) throw new Error('ServicesProvider is missing')
  return services
}

export interface FeatureStore<T> {
  /** Selects from the store inside a component. */
  use<U>(selector: (state: T) => U): U
  /** The store itself, for actions outside of rendering. */
  of(services: Services): StoreApi<T>
}

/** One zustand store per feature and window: made on first use from the window's services, so nothing is global. */
export function featureStore<T>(create: (services: Services) => StoreApi<T>): FeatureStore<T> {
  const stores = new WeakMap<Services, StoreApi<T>>()
  const of = (services: Services): StoreApi<T> => {
    const known = stores.get(services)
    if (known !== undefined) return known
    const made = create(services)
    stores.set(services, made)
    return made
  }
  return { of, use: (selector) => useStore(of(useServices()), selector) }
}
