/** The pages' names for the contract's types. Only this file uses the generated names. */
import type { components } from './schema'

type Schemas = components['schemas']

export type Office = Schemas['OfficeItem']
export type OfficeNotice = Schemas['NoticeText']
export type Segment = Schemas['SegmentItem']
export type PreselectionView = Schemas['PreselectionView']
export type PracticeAnswer = Schemas['PracticeAnswer']
export type Appeal = Schemas['AppealView']
export type NewAppeal = Schemas['AppealBody']
export type SuggestionList = Schemas['SuggestionList']
export type Stage = PreselectionView['stage']
export type EntryAnswer = Schemas['EntryAnswer']
export type OtherPreselection = Schemas['OtherPreselection']
export type CodeSent = Schemas['CodeSent']
/** A code that has been sent and can be typed. */
export type LiveCode = Pick<CodeSent, 'sent_to' | 'resend_at' | 'expires_at'>
export type KeyboardAnswer = Schemas['Keyboard']
export type SubmittedNumber = Schemas['TriedNumber']
export type NewPreselection = Schemas['SubmissionBody']
export type Seller = Schemas['SellerBody']
export type Queue = Schemas['Queue']
export type QueuePlace = Schemas['QueuePlace']
export type FairnessDay = Schemas['DayItem']
export type FairnessFigures = Schemas['PublicFiguresAnswer']
export type PublishedFairnessDay = Schemas['PublishedDay']
export type DeskReservation = Schemas['ReservationItem']
export type DeskCounters = Schemas['DeskCountersAnswer']
export type RejectionReason = Schemas['RejectionReason']
export type ReservationPage = Schemas['ReservationPage']
export type VoucherInspection = Schemas['VoucherInspection']

/** A car that the demo's applicant has bought; only in the demo. */
export interface DemoVehicle {
  certificate_number: string
  vin: string
  office_code: string
  seller: Seller
}

/** `GET /config.json`: the settings that the pages need before the sign-in. */
export interface SiteConfig {
  oidc: { issuer: string; client_id: string; scope?: string } | null
  /** The names of the provider's claims, or paths such as `realm_access.roles`. */
  claims: { roles: string; office: string; name: string; organisation: string }
  /** What the deployment's policy says; an office may have its own. `ban` is an ISO 8601 duration. */
  terms?: { ban: string }
  demo: boolean
}
