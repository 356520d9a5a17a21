import { onScopeDispose } from 'vue'
import { useAction } from './useAction'

/** Files that need the token in a header, so that no plain link can fetch them. */
export function useFileDownload(fetchFile: () => Promise<Blob>, options: { name: string; openInTab?: boolean }) {
  const addresses: string[] = []
  const action = useAction(async () => {
    const address = URL.createObjectURL(await fetchFile())
    addresses.push(address)
    follow(address, options)
  })
  // The other tab has read the file long before this screen is left.
  onScopeDispose(() => addresses.forEach((address) => URL.revokeObjectURL(address)))
  return { ...action, run: () => action.run() }
}

function follow(address: string, { name, openInTab }: { name: string; openInTab?: boolean }): void {
  const link = document.createElement('a')
  link.href = address
  if (openInTab) link.target = '_blank'
  else link.download = name
  document.body.append(link)
  link.click()
  link.remove()
}
