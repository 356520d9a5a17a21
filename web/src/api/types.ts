/** The names that the pages use for the contract's shapes. The only file that knows how the generated document names them. */
import type { components } from './schema'

type Schemas = components['schemas']

export type Office = Schemas['Office']
export type OfficeNotice = Schemas['OfficeNotice']
export type Segment = Schemas['Segment']
export type PreselectionView = Schemas['PreselectionView']
export type Stage = PreselectionView['stage']
export type EntryAnswer = Schemas['EntryAnswer']
export type CodeSent = Schemas['CodeSent']
export type KeyboardAnswer = Schemas['Keyboard']
export type DeskReservation = Schemas['DeskReservation']
export type VoucherInspection = Schemas['VoucherInspection']
export type SubmittedNumber = NonNullable<PreselectionView['last_submission']>[number]

export interface Seller {
  kind: 'person' | 'organisation'
  name: string
  id_number: string
}

export interface NewPreselection {
  office_code: string
  notice_version: string
  certificate_number: string
  vin: string
  seller: Seller
  code: string
}

/** A car that the demo's applicant has bought; only a demo answers this. */
export interface DemoVehicle {
  certificate_number: string
  vin: string
  office_code: string
  seller: Seller
}

export interface DemoMessage {
  sent_at: string
  purpose: string
  text: string
  code?: string | null
}

export interface DemoUser {
  user: string
  name: string
  roles: string[]
  phone: string
  office_code?: string | null
}

/** `GET /config.json`: what the pages must know before anybody has signed in. */
export interface SiteConfig {
  oidc: { issuer: string; client_id: string; scope?: string } | null
  demo: boolean
}
