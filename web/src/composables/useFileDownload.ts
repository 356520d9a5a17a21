import { onScopeDispose, ref } from 'vue'
import { useAction } from './useAction'

/** Files that need the token in a header, so that no plain link can fetch them. */
export function useFileDownload(fetchFile: () => Promise<Blob>, options: { name: string; openInTab?: boolean }) {
  const addresses: string[] = []
  /** Where the file lies now, for a link that a visitor can press whose browser has opened no other tab. */
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
