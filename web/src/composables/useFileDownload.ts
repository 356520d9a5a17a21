import { onScopeDispose, ref } from 'vue'
import { useAction } from './useAction'

/** Downloads files that need the token in a header, which a plain link cannot send. */
export function useFileDownload(fetchFile: () => Promise<Blob>, options: { name: string; openInTab?: boolean }) {
  const addresses: string[] = []
  /** The file's URL, for a link in case the browser has not opened another tab. */
  const address = ref('')
  const action = useAction(async () => {
    address.value = URL.createObjectURL(await fetchFile())
    addresses.push(address.value)
    follow(address.value, options)
  })
  // The other tab has read the file long before this screen is left.
  onScopeDispose(() => addresses.forEach((past) => URL.revokeObjectURL(past)))
  return { ...action, address, run: () => action.run() }
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
