import { computed, ref, shallowRef } from 'vue'
import { confirmReservation, inspectVoucher, rejectReservation } from '@/api/desk'
import type { DeskReservation, Stage } from '@/api/types'
import { useAction } from './useAction'

/** A voucher's code from a scanner: the bare token, or a URL that ends in it. */
export function tokenFrom(scanned: string): string {
  const text = scanned.trim()
  return text.split(/[/=#]/).findLast(Boolean) ?? text
}

/** The reservation at the counter: how it was opened, its voucher's previous scan, and what the clerk did. */
export function useDesk() {
  const current = shallowRef<DeskReservation | null>(null)
  const inspectedBefore = ref<string | null>(null)
  const done = shallowRef<{ kind: 'confirmed' | 'rejected'; plate: string } | null>(null)

  const inspecting = useAction((key, token: string) => inspectVoucher(token, key))
  const confirming = useAction((key, id: string) => confirmReservation(id, key))
  const rejecting = useAction((key, id: string, reason: string) => rejectReservation(id, reason, key))

  const show = (reservation: DeskReservation, before: string | null = null) => {
    ;[inspecting, confirming, rejecting].forEach(({ clear }) => clear())
    done.value = null
    current.value = reservation
    inspectedBefore.value = before
  }

  const inspect = async (scanned: string) => {
    done.value = null
    current.value = null
    const found = await inspecting.run(tokenFrom(scanned))
    // The server stores the scans of all counters, so a copied voucher is detected at another counter and after a reload.
    if (found) show(found, found.inspected_before)
  }

  /** Another clerk has handled it meanwhile: show its new stage and remove the buttons. */
  const takeNewStage = () => {
    const stage = (confirming.problem.value ?? rejecting.problem.value)?.facts.stage
    if (stage && current.value) current.value = { ...current.value, stage: stage as Stage }
    return false
  }

  const settle = (after: DeskReservation | null, kind: 'confirmed' | 'rejected') => {
    if (!after) return takeNewStage()
    current.value = null
    done.value = { kind, plate: after.plate }
    return true
  }

  const confirm = async (reservation: DeskReservation) => settle(await confirming.run(reservation.id), 'confirmed')
  const reject = async (reservation: DeskReservation, reason: string) =>
    settle(await rejecting.run(reservation.id, reason), 'rejected')

  return {
    current,
    inspectedBefore,
    done,
    settled: computed(() => current.value !== null && current.value.stage !== 'completed'),
    busy: computed(() => confirming.busy.value || rejecting.busy.value),
    problem: inspecting.problem,
    confirmProblem: confirming.problem,
    rejectProblem: rejecting.problem,
    inspecting: inspecting.busy,
    show,
    inspect,
    confirm,
    reject,
  }
}
