import { get, getFile, post, put } from './client'
import type { components } from './schema'

type Schemas = components['schemas']

export type OperatedOffice = Schemas['OperatedOffice']
export type Policy = Schemas['PolicyAnswer']
export type CalendarYear = Schemas['CalendarAnswer']
export type DayKind = Schemas['DayBody']['kind']
export type PoolLevels = Schemas['PoolLevels']
export type SegmentWithLevels = Schemas['SegmentWithLevels']
export type Withholding = Schemas['WithholdingItem']
export type Ban = Schemas['BanItem']
export type Appeal = Schemas['AppealItem']
export type AppealDecision = Schemas['DecisionBody']['decision']
export type Sms = Schemas['TextItem']
export type Workflow = Schemas['WorkflowItem']
export type Unconfirmed = Schemas['UnconfirmedAnswer']
export type Figures = Schemas['FigureAnswer']
export type Act = Schemas['AuditItem']
export type SegmentBody = Pick<Schemas['SegmentBody'], 'prefix' | 'template' | 'excluded'> & Partial<Schemas['SegmentBody']>
export type Outage = Schemas['DeadlinesPreviewBody']
export type NoticeTexts = Schemas['NoticeTexts']

type Query = Record<string, string | number | undefined>

const at = (...parts: string[]) => `/operations/${parts.map(encodeURIComponent).join('/')}`

export const fetchOffices = async () => (await get<{ items: OperatedOffice[] }>(at('offices'))).items
export const putOffice = (code: string, body: Schemas['OfficeBody'], key: string) =>
  put<OperatedOffice>(at('offices', code), { body, key })
export const fetchPolicy = (code: string) => get<Policy>(at('offices', code, 'policy'))
export const requestPolicy = (code: string, body: Schemas['PolicyBody'], key: string) =>
  post(at('offices', code, 'policies'), { body, key })
export const publishNotice = (code: string, texts: NoticeTexts, reason: string, key: string) =>
  post<{ version: string }>(at('offices', code, 'notices'), { body: { texts, reason }, key })
export const openQueue = (code: string, body: Schemas['WaitingRoomBody'], key: string) =>
  post<Schemas['OpenedRoom']>(at('offices', code, 'queue'), { body, key })
export const closeQueue = (code: string, reason: string, key: string) =>
  post<Schemas['ClosedRoom']>(at('offices', code, 'queue', 'closing'), { body: { reason }, key })
export const fetchCalendar = (year: number, office?: string) => get<CalendarYear>(at('calendar'), { query: { year, office } })
export const enterDays = (query: Query, body: { days: { day: string; kind: DayKind }[]; reason: string }, key: string) =>
  put<CalendarYear>(`${at('calendar')}?${new URLSearchParams(query as Record<string, string>)}`, { body, key })

export const fetchPool = (prefix: string) => get<PoolLevels>(at('pool', prefix))
export const fetchPrefixSegments = async (prefix: string) =>
  (await get<{ items: SegmentWithLevels[] }>(at('pool', prefix, 'segments'))).items
export const previewSegment = (body: SegmentBody, key: string) =>
  post<Schemas['SegmentPreviewAnswer']>(at('segments', 'preview'), { body, key })
export const releaseSegment = (body: SegmentBody, key: string) =>
  post<Schemas['SegmentAnswer']>(at('segments'), { body, key })
export const fetchWithholdings = async (prefix: string) =>
  (await get<{ items: Withholding[] }>(at('withholdings'), { query: { prefix } })).items
export type WithholdingKind = Withholding['kind']
export const withhold = (numbers: string[], kind: WithholdingKind, reason: string, key: string) =>
  post<Schemas['WithheldAnswer']>(at('withholdings'), { body: { numbers, kind, reason }, key })
export const releaseWithheld = (id: string, reason: string, key: string) =>
  post<Withholding>(at('withholdings', id, 'release'), { body: { reason }, key })

export const fetchBans = async (query: Query = {}) => (await get<{ items: Ban[] }>(at('blacklist'), { query })).items
export const searchBans = async (id_number: string, key: string) =>
  (await post<{ items: Ban[] }>(at('blacklist', 'search'), { body: { id_number }, key })).items
export const releaseBan = (id: string, reason: string, key: string) =>
  post<Ban>(at('blacklist', id, 'release'), { body: { reason }, key })
export const fetchAppeals = async (state: string) => (await get<{ items: Appeal[] }>(at('appeals'), { query: { state } })).items
export const fetchAppealFile = (id: string) => getFile(at('appeals', id, 'attachment'))
export const decideAppeal = (id: string, decision: AppealDecision, reason: string, key: string) =>
  post<Appeal>(at('appeals', id, 'decision'), { body: { decision, reason }, key })
/** Confirms the decision that the operator has seen, and no other. */
export const confirmAppeal = (id: string, decision: AppealDecision, key: string) =>
  post<Appeal>(at('appeals', id, 'confirmation'), { body: { decision }, key })
export const fetchTexts = async (query: Query = {}) => (await get<{ items: Sms[] }>(at('texts'), { query })).items
export const sendAgain = (sms: Sms, reason: string, key: string) =>
  post<Sms>(at('texts', 'resending'), { body: { preselection_id: sms.preselection_id, purpose: sms.purpose, reason }, key })
export const previewExtension = (body: Outage, key: string) =>
  post<Schemas['DeadlinesPreviewAnswer']>(at('deadlines', 'preview'), { body, key })
export const extendDeadlines = (body: Outage & { reason: string }, key: string) =>
  post<Schemas['PostponementAnswer']>(at('deadlines', 'extensions'), { body, key })

export const fetchUnconfirmed = () => get<Unconfirmed>(at('unconfirmed'))
/** `path` names what is confirmed, below /operations. */
export const confirmAsSecond = (path: string[], key: string) => post(at(...path, 'confirmation'), { key })

export const findWorkflows = async (body: { plate: string } | { preselection_id: string }, key: string) =>
  (await post<{ items: Workflow[] }>(at('workflows', 'search'), { body, key })).items
export const fetchActs = async (query: Query) => (await get<{ items: Act[] }>(at('audit'), { query })).items

export const fetchFigures = (query: Query) => get<Figures>(at('figures'), { query })
export const fetchFigureTable = (query: Query) => getFile(at('figures'), { query, accept: 'text/csv' })
