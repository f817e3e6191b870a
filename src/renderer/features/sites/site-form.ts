import type { Input } from '../../../../contract/app.ts'
import type { HttpsOptions, Site, SshOptions } from '../../../../contract/sites.ts'
import { shownAddress, type Understood } from './address.ts'

/** The fields of the form, as typed. An empty one leaves the choice to the SSH configuration or to Headway. */
export interface SiteForm {
  where: string
  name: string
  client: NonNullable<SshOptions['client']>
  streams: NonNullable<SshOptions['streams']>
  knownHosts: NonNullable<SshOptions['knownHosts']>
  proxyJump: string
  identityFile: string
  connections: number | ''
  proxyKind: 'system' | 'none' | 'address'
  proxy: string
  caFile: string
  pin: string
}

export const emptyForm: SiteForm = {
  where: '',
  name: '',
  client: 'built-in',
  streams: 'auto',
  knownHosts: 'headway',
  proxyJump: '',
  identityFile: '',
  connections: '',
  proxyKind: 'system',
  proxy: '',
  caFile: '',
  pin: '',
}

const pinPattern = /^SHA256:[A-Za-z0-9+/]{43}=?$/
/** Whether a pin is one, or absent. */
export const pinFits = (pin: string): boolean => pin.trim() === '' || pinPattern.test(pin.trim())

/** The form filled with a site. */
export function formOf({ url, name, ssh = {}, https = {} }: Pick<Site, 'url' | 'name' | 'ssh' | 'https'>): SiteForm {
  const { proxy = 'system' } = https
  const named = proxy === 'system' || proxy === 'none'
  return {
    ...emptyForm,
    where: shownAddress(url),
    name,
    client: ssh.client ?? emptyForm.client,
    streams: ssh.streams ?? emptyForm.streams,
    knownHosts: ssh.knownHosts ?? emptyForm.knownHosts,
    proxyJump: ssh.proxyJump ?? '',
    identityFile: ssh.identityFile ?? '',
    connections: ssh.connections ?? '',
    proxyKind: named ? proxy : 'address',
    proxy: named ? '' : proxy,
    caFile: https.caFile ?? '',
    pin: https.pin ?? '',
  }
}

/** A field of options that is left away where it is empty or what happens anyway. */
const given = <K extends string, V>(key: K, value: V, absent: V): Partial<Record<K, V>> =>
  value === absent ? {} : ({ [key]: value } as Partial<Record<K, V>>)

function sshOptions(form: SiteForm): SshOptions {
  return {
    ...given('client', form.client, emptyForm.client),
    ...given('streams', form.streams, emptyForm.streams),
    ...given('knownHosts', form.knownHosts, emptyForm.knownHosts),
    ...given('proxyJump', form.proxyJump.trim(), ''),
    ...given('identityFile', form.identityFile.trim(), ''),
    ...(form.connections === '' ? {} : { connections: form.connections }),
  }
}

function httpsOptions(form: SiteForm): HttpsOptions {
  const address = form.proxy.trim()
  const proxy = form.proxyKind === 'address' ? (address === '' ? 'system' : address) : form.proxyKind
  return {
    ...given('proxy', proxy, 'system'),
    ...given('caFile', form.caFile.trim(), ''),
    ...given('pin', form.pin.trim(), ''),
  }
}

/** What `sites.add`, `sites.update` and `sites.test` get: the options of the site's own kind, whole. */
export function inputOf(
  form: SiteForm,
  understood: Extract<Understood, { kind: 'ssh' | 'https' }>,
): Input<'sites', 'add'> {
  const name = form.name.trim()
  return {
    url: understood.url,
    ...(name === '' ? {} : { name }),
    ...(understood.kind === 'ssh' ? { ssh: sshOptions(form) } : { https: httpsOptions(form) }),
  }
}

/** Whether anything under "Advanced" differs from what happens by itself. */
export function hasAdvanced(form: SiteForm): boolean {
  return (Object.keys(emptyForm) as (keyof SiteForm)[]).some(
    (key) => key !== 'where' && key !== 'name' && form[key] !== emptyForm[key],
  )
}
