import { get, getFile, post } from './client'
import type { DeskCounters, DeskReservation, RejectionReason, ReservationPage, VoucherInspection } from './types'

export interface ReservationQuery {
  plate?: string
  stage?: string
  vin_tail?: string
  due?: string
  limit?: number
  cursor?: string
}

const path = (id: string, action: string) => `/desk/preselections/${encodeURIComponent(id)}/${action}`

export const searchReservations = (query: ReservationQuery) =>
  get<ReservationPage>('/desk/reservations', { query: { ...query } })
export const fetchReservationTable = (query: ReservationQuery) =>
  getFile('/desk/reservations', { query: { ...query }, accept: 'text/csv' })
export const fetchCounters = () => get<DeskCounters>('/desk/counters')
export const fetchRejectionReasons = async () => (await get<{ items: RejectionReason[] }>('/desk/reasons')).items
export const inspectVoucher = (token: string, key: string) =>
  post<VoucherInspection>('/desk/vouchers/inspect', { body: { token }, key })
export const confirmReservation = (id: string, key: string) =>
  post<DeskReservation>(path(id, 'confirmation'), { key })
export const rejectReservation = (id: string, reason: string, key: string) =>
  post<DeskReservation>(path(id, 'rejection'), { body: { reason }, key })
