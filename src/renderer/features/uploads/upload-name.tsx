import type { Upload } from '../../../../contract/uploads.ts'
import { LookButton } from './look-button.tsx'
import styles from './uploads.module.css'

/** A file by its name, behind its place in a dropped folder. */
export function UploadName({ upload }: { upload: Upload }) {
  const place = upload.folder === '' ? '' : `${upload.folder}/`
  return (
    <div className={styles.name} title={place + upload.name}>
      <LookButton id={upload.id}>
        <span className={styles.placed}>
          {place === '' ? null : <span className={styles.folder}>{place}</span>}
          <span className={styles.own}>{upload.name}</span>
        </span>
      </LookButton>
    </div>
  )
}
