/** The names that the pages use for the contract's shapes. The only file that knows how the generated document names them. */
import type { components } from './schema'

type Schemas = components['schemas']
type View = Schemas['PreselectionView']

/** Further facts that the pages show where the service gives them. */
interface FurtherFacts {
  office: { hours?: string | null }
  draws: { total?: number }
  cancellation_allowed?: boolean
}

export type Office = Schemas['OfficeItem']
export type OfficeNotice = Schemas['NoticeText']
export type Segment = Schemas['SegmentItem']
export type PreselectionView = View & FurtherFacts
export type Stage = View['stage']
export type EntryAnswer = Omit<Schemas['EntryAnswer'], 'preselection'> & { preselection: PreselectionView | null }
export type CodeSent = Schemas['CodeSent']
export type KeyboardAnswer = Schemas['Keyboard']
export type SubmittedNumber = Schemas['TriedNumber']
export type NewPreselection = Schemas['SubmissionBody']
export type Seller = Schemas['SellerBody']

export interface DeskReservation {
  id: string
  plate: string
  stage: string
  visit_by: string | null
  holder: string
}

export interface VoucherInspection extends DeskReservation {
  valid: boolean
}

/** A car that the demo's applicant has bought; only a demo answers this. */
export interface DemoVehicle {
  certificate_number: string
  vin: string
  office_code: string
  seller: Seller
}

/** `GET /config.json`: what the pages must know before anybody has signed in. */
export interface SiteConfig {
  oidc: { issuer: string; client_id: string; scope?: string } | null
  demo: boolean
}
