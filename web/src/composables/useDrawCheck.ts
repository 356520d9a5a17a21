import { ref, shallowRef } from 'vue'
import { fetchFairnessDay, fetchFairnessFile } from '@/api/fairness'
import { asProblem } from '@/api/problem'
import { Wrong, type DayFiles, type Flaw } from '@/fairness/files'
import { hexOf, sha256 } from '@/fairness/hashes'
import type { KeptDraw } from '@/fairness/kept'
import { verifyDraw } from '@/fairness/verify'

export type Verdict = { isRight: true } | { isRight: false; flaw: Flaw }

/** Checks one draw: first the files, from the service or from a folder, then the replay, which needs no network. */
export function useDrawCheck(draw: KeptDraw) {
  const files = shallowRef<DayFiles | null>(null)
  const verdict = shallowRef<Verdict | null>(null)
  const failure = ref<'early' | 'failed' | ''>('')
  const busy = ref(false)

  const run = async (work: () => Promise<void>) => {
    if (busy.value) return
    busy.value = true
    failure.value = ''
    verdict.value = null
    try {
      await work()
    } catch (error) {
      if (error instanceof Wrong) verdict.value = { isRight: false, flaw: error.flaw }
      else failure.value = asProblem(error).code === 'not_yet' ? 'early' : 'failed'
    } finally {
      busy.value = false
    }
  }

  const fetchFiles = () =>
    run(async () => {
      const { files: listed } = await fetchFairnessDay(draw.day)
      const found: DayFiles = new Map()
      for (const { name, sha256: digest, href } of listed) {
        const content = await fetchFairnessFile(href)
        if (hexOf(await sha256(content)) !== digest) throw new Wrong('digest')
        found.set(name, content)
      }
      files.value = found
    })

  const openFiles = (chosen: readonly File[]) =>
    run(async () => {
      const contents = await Promise.all(chosen.map(async (file) => [file.name, new Uint8Array(await file.arrayBuffer())] as const))
      files.value = new Map(contents)
    })

  const check = () =>
    run(async () => {
      try {
        await verifyDraw(files.value ?? new Map(), draw)
        verdict.value = { isRight: true }
      } catch (error) {
        // Files that no service writes fail anywhere while they are read.
        throw error instanceof Wrong ? error : new Wrong('files')
      }
    })

  return { files, verdict, failure, busy, fetchFiles, openFiles, check }
}
