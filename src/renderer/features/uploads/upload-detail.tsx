import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import type { Upload } from '../../../../contract/uploads.ts'
import { findingText } from '../../app/findings.ts'
import { hrefOf } from '../../app/router.ts'
import { useServices } from '../../app/services.tsx'
import { DetailTitle, LeaveButton } from '../../ui/detail-title.tsx'
import { ErrorNote } from '../../ui/error-note.tsx'
import { useFormat } from '../../ui/format.ts'
import { useLanguage, useMessages } from '../../ui/text.ts'
import { Time } from '../../ui/time.tsx'
import { fateOf } from './fate.ts'
import { LimitField } from './limit-field.tsx'
import { limitMessages } from './limit-messages.ts'
import { PreviewButton } from './look-button.tsx'
import { uploadsMessages } from './messages.ts'
import { canPause, canRetry, hasChanged, isUnderWay, needsFile, wasThere } from './progress.ts'
import { UploadBar, UploadState, useDetail } from './row-parts.tsx'
import { uploadsStore, useUpload } from './store.ts'
import { UploadProblem } from './upload-problem.tsx'
import styles from './detail.module.css'

/** One file: how it stands, what became of its bytes, and all that can be done with it. */
export function UploadDetail(props: { id: string; beside: boolean; onPickAgain: (upload: Upload) => void }) {
  const { id, beside, onPickAgain } = props
  const say = useMessages(uploadsMessages)
  const language = useLanguage()
  const upload = useUpload(id)
  const leaving = { href: hrefOf({ page: 'uploads' }), label: say(beside ? 'detail.close' : 'detail.back'), beside }
  if (upload === undefined)
    return (
      <div className={styles.gone}>
        <LeaveButton {...leaving} />
        <ErrorNote tone="busy" title={say('detail.gone')} />
      </div>
    )
  const { name, warnings } = upload
  return (
    <article className={styles.view} aria-label={say('detail.label', { name })}>
      <header className={styles.head}>
        <DetailTitle text={name} level={2} leaving={leaving} />
        <Standing upload={upload} />
        <Buttons upload={upload} onPickAgain={onPickAgain} />
      </header>
      {upload.state === 'failed' ? <UploadProblem upload={upload} /> : null}
      {warnings === undefined || warnings.length === 0 ? null : (
        <ErrorNote
          tone="wait"
          title={warnings.map((warning) => findingText(warning, language)).join(' ')}
          text={say('detail.warningsText')}
        />
      )}
      <Happened upload={upload} />
      <OwnLimit upload={upload} />
      <Facts upload={upload} />
    </article>
  )
}

function Standing({ upload }: { upload: Upload }) {
  const detail = useDetail(upload)
  const words = detail === undefined ? undefined : [detail.extra, detail.text].filter(Boolean).join(' · ')
  return (
    <div className={styles.standing}>
      <div className={styles.words}>
        <UploadState upload={upload} />
        {words === undefined ? null : <span>{words}</span>}
      </div>
      <UploadBar upload={upload} words={words} />
    </div>
  )
}

const button = (text: string, run: () => void, look?: { variant?: 'default' | 'subtle'; danger?: true }) => (
  <Button
    variant={look?.variant ?? 'default'}
    className={look?.danger === true ? (styles.danger ?? '') : ''}
    onClick={run}
  >
    {text}
  </Button>
)

function Buttons({ upload, onPickAgain }: { upload: Upload; onPickAgain: (upload: Upload) => void }) {
  const services = useServices()
  const say = useMessages(uploadsMessages)
  const { pause, resume, sendAgain, remove } = uploadsStore.of(services).getState()
  const ids = [upload.id]
  const underWay = isUnderWay(upload)
  return (
    <div className={styles.buttons}>
      <PreviewButton upload={upload} />
      {needsFile(upload) ? button(say('pickAgain'), () => onPickAgain(upload)) : null}
      {canPause(upload) ? button(say('detail.pause'), () => void pause(ids)) : null}
      {upload.state === 'paused' ? button(say('detail.resume'), () => void resume(ids)) : null}
      {canRetry(upload) && !hasChanged(upload) ? button(say('detail.retry'), () => void resume(ids)) : null}
      {wasThere(upload) ? button(say('sendAgain'), () => void sendAgain(ids)) : null}
      {underWay
        ? button(say('detail.cancel'), () => void remove(ids), { danger: true })
        : button(say('detail.remove'), () => void remove(ids), { variant: 'subtle' })}
    </div>
  )
}

/** What became of the bytes, in a sentence. */
function Happened({ upload }: { upload: Upload }) {
  const say = useMessages(uploadsMessages)
  const format = useFormat()
  const { state, size, sent, reused, crossed } = upload
  if (state === 'cancelled' || state === 'failed') return null
  const fate = fateOf(upload)
  // Before anything has arrived nobody knows.
  if (fate === undefined && state !== 'uploaded' && sent === 0) return null
  const amounts = { crossed: format.bytes(crossed), size: format.bytes(size), reused: format.bytes(reused) }
  return (
    <section className={styles.section} aria-label={say('detail.happened')}>
      <h3>{say('detail.happened')}</h3>
      <p>
        {fate === undefined
          ? say(state === 'uploaded' ? 'happened.wholeDone' : 'happened.whole')
          : say(`happened.${fate}`, amounts)}
      </p>
    </section>
  )
}

function OwnLimit({ upload }: { upload: Upload }) {
  const services = useServices()
  const say = useMessages(uploadsMessages)
  const sayLimit = useMessages(limitMessages)
  const { name } = upload
  if (!isUnderWay(upload)) return null
  return (
    <section className={styles.section} aria-label={say('detail.limit')}>
      <h3>{say('detail.limit')}</h3>
      <LimitField
        limit={upload.limit ?? 0}
        onChange={(limit) => void uploadsStore.of(services).getState().limit([upload.id], limit)}
        names={{
          on: sayLimit('ownOn', { name }),
          slider: sayLimit('ownSlider', { name }),
          field: sayLimit('ownField', { name }),
        }}
      />
      <p className={styles.hint}>{say('detail.limitHint')}</p>
    </section>
  )
}

function Fact({ label, hint, children }: { label: string; hint?: string; children: ReactNode }) {
  return (
    <>
      <dt title={hint}>{label}</dt>
      <dd>{children}</dd>
    </>
  )
}

function Facts({ upload }: { upload: Upload }) {
  const say = useMessages(uploadsMessages)
  const format = useFormat()
  const { folder, label, size, sent, reused, crossed, digest, createdAt, state } = upload
  return (
    <dl className={styles.facts}>
      <Fact label={say('fact.form')}>
        <span className="mono">{label}</span>
      </Fact>
      <Fact label={say('fact.place')}>{folder === '' ? say('fact.top') : <span className="mono">{folder}</span>}</Fact>
      <Fact label={say('fact.size')}>{format.bytes(size)}</Fact>
      {state === 'uploaded' ? null : (
        <Fact label={say('fact.arrived')}>
          {say('fact.arrivedOf', { sent: format.bytes(sent), size: format.bytes(size) })}
        </Fact>
      )}
      {reused > 0 ? <Fact label={say('fact.reused')}>{format.bytes(reused)}</Fact> : null}
      {sent > 0 ? <Fact label={say('fact.crossed')}>{format.bytes(crossed)}</Fact> : null}
      {digest === undefined ? null : (
        <Fact label={say('fact.digest')} hint={say('fact.digestHint')}>
          <code className={styles.digest}>{digest}</code>
        </Fact>
      )}
      <Fact label={say('fact.added')}>
        <Time at={createdAt} />
      </Fact>
    </dl>
  )
}
