import { memo, type ReactNode } from 'react'
import type { Upload } from '../../../../contract/uploads.ts'
import { useFormat } from '../../ui/format.ts'
import { UploadActions, UploadBar, UploadNote, UploadState, useDetail } from './row-parts.tsx'
import { useUpload } from './store.ts'
import { UploadName } from './upload-name.tsx'
import styles from './uploads.module.css'

interface UploadRowProps {
  id: string
  /** Stands between the name and the state: what the file is for. */
  purpose?: ((upload: Upload) => ReactNode) | undefined
  onPickAgain: (upload: Upload) => void
}

/** One file: name, purpose, state with progress, size, and what can be done with it. Follows its upload by itself. */
export const UploadRow = memo(function UploadRow({ id, purpose, onPickAgain }: UploadRowProps) {
  const upload = useUpload(id)
  return upload === undefined ? null : <Row upload={upload} purpose={purpose?.(upload)} onPickAgain={onPickAgain} />
})

function Row(props: { upload: Upload; purpose: ReactNode; onPickAgain: (upload: Upload) => void }) {
  const { upload, purpose, onPickAgain } = props
  const format = useFormat()
  const detail = useDetail(upload)
  const words = detail === undefined ? undefined : [detail.extra, detail.text].filter(Boolean).join(' · ')
  return (
    <div className={styles.row} data-upload={upload.name} data-state={upload.state}>
      <UploadName upload={upload} />
      <div className={styles.purpose}>{purpose}</div>
      <div className={styles.state}>
        <div className={styles.words}>
          <UploadState upload={upload} />
          <UploadNote upload={upload} onPickAgain={onPickAgain} />
        </div>
        <UploadBar upload={upload} words={words} />
      </div>
      <div className={styles.size}>{format.bytes(upload.size)}</div>
      <UploadActions upload={upload} />
    </div>
  )
}
