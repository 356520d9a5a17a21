import { computed, ref, shallowRef } from 'vue'
import { confirmReservation, inspectVoucher, rejectReservation } from '@/api/desk'
import type { DeskReservation } from '@/api/types'
import { useAction } from './useAction'

/** A voucher's code as a scanner gives it: the bare token, or an address that ends in it. */
export function tokenFrom(scanned: string): string {
  const text = scanned.trim()
  return text.split(/[/=#]/).findLast(Boolean) ?? text
}

/** The reservation at the counter: how it came there, whether it was here before, and what the clerk did with it. */
export function useDesk() {
  const current = shallowRef<DeskReservation | null>(null)
  const seenBefore = ref(false)
  const done = shallowRef<{ kind: 'confirmed' | 'rejected'; plate: string } | null>(null)
  const seen = new Set<string>()

  const inspecting = useAction((key, token: string) => inspectVoucher(token, key))
  const confirming = useAction((key, id: string) => confirmReservation(id, key))
  const rejecting = useAction((key, id: string, reason: string) => rejectReservation(id, reason, key))

  const show = (reservation: DeskReservation) => {
    ;[inspecting, confirming, rejecting].forEach(({ clear }) => clear())
    done.value = null
    current.value = reservation
    seenBefore.value = seen.has(reservation.id)
    seen.add(reservation.id)
  }

  const inspect = async (scanned: string) => {
    done.value = null
    current.value = null
    const found = await inspecting.run(tokenFrom(scanned))
    if (found) show(found)
  }

  const settle = (after: DeskReservation | null, kind: 'confirmed' | 'rejected') => {
    if (!after) return false
    current.value = null
    done.value = { kind, plate: after.plate }
    return true
  }

  const confirm = async (reservation: DeskReservation) => settle(await confirming.run(reservation.id), 'confirmed')
  const reject = async (reservation: DeskReservation, reason: string) =>
    settle(await rejecting.run(reservation.id, reason), 'rejected')

  return {
    current,
    seenBefore,
    done,
    settled: computed(() => current.value !== null && current.value.stage !== 'completed'),
    busy: computed(() => confirming.busy.value || rejecting.busy.value),
    problem: computed(() => inspecting.problem.value ?? confirming.problem.value),
    rejectProblem: rejecting.problem,
    inspecting: inspecting.busy,
    show,
    inspect,
    confirm,
    reject,
  }
}
