import { createContext, useContext, useState, type ReactNode } from 'react'
import type { Upload } from '../../../../contract/uploads.ts'
import { useQuery } from '../../app/use-query.ts'
import { previewKindsOf } from '../previews/kinds.ts'
import { PreviewDialog } from '../previews/preview-dialog.tsx'
import { useForm } from '../previews/use-form.ts'
import { shownName } from '../results/kinds.ts'

/** A look at the local file of an upload, before, while and after it is sent. */
function UploadPreview(props: { upload: Upload; onStep: ((by: 1 | -1) => void) | undefined; onClose: () => void }) {
  const { upload, onStep, onClose } = props
  const { id, name, size, site } = upload
  const kinds = size === 0 ? [] : previewKindsOf(name)
  const form = useForm(id, kinds)
  const { as, encoding } = form
  const input = { id, as, ...(encoding === undefined ? {} : { encoding }) }
  const look = useQuery('uploads', 'preview', input, '', kinds.length > 0)
  return (
    <PreviewDialog
      name={shownName(name)}
      size={size}
      place="here"
      site={site}
      form={form}
      look={look}
      onStep={onStep}
      onClose={onClose}
    />
  )
}

const LookContext = createContext<((id: string) => void) | undefined>(undefined)

/** Opens a look at an upload of the list around it; undefined outside of such a list. */
export const useLook = (): ((id: string) => void) | undefined => useContext(LookContext)

/** A list whose files can be looked at, one at a time, in its order. */
export function UploadPreviews({ uploads, children }: { uploads: readonly Upload[]; children: ReactNode }) {
  const [looked, setLooked] = useState<string>()
  const at = looked === undefined ? -1 : uploads.findIndex(({ id }) => id === looked)
  const upload = uploads[at]
  const step = (by: 1 | -1) => setLooked(uploads[(at + by + uploads.length) % uploads.length]?.id)
  return (
    <LookContext value={setLooked}>
      {children}
      {upload === undefined ? null : (
        <UploadPreview
          upload={upload}
          onStep={uploads.length > 1 ? step : undefined}
          onClose={() => setLooked(undefined)}
        />
      )}
    </LookContext>
  )
}
