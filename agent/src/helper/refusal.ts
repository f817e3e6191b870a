import { Failure } from '../kit/failure.ts'

/** Why nothing can be done as the Unix account of a user; `details.reason` of an ACCOUNT_REFUSED answer. */
export type AccountRefusal = 'no-account' | 'system' | 'not-allowed' | 'no-home' | 'not-own'

const sentences: Record<AccountRefusal, string> = {
  'no-account':
    'There is no account of your name on the cluster, so nothing can be stored or run for you. Ask the administrator for one.',
  system: 'Headway does not act for root and accounts of the system. Sign in as yourself.',
  'not-allowed':
    "Headway may not act for your account on the cluster. Ask the administrator to add it to the group of Headway's users.",
  'no-home':
    'The folder that is to hold your files on the cluster is not there, or you may not write into it. Ask the administrator for your home.',
  'not-own':
    'The folder of your files on the cluster belongs to somebody else, is a link, or others may write into it. Ask the administrator.',
}

export const accountRefused = (reason: AccountRefusal): Failure =>
  new Failure('ACCOUNT_REFUSED', sentences[reason], { details: { reason } })
