/**
 * The shapes of the REST contract, written by hand until the service publishes its OpenAPI document;
 * `npm run types` replaces this file with the generated one.
 */
export interface components {
  schemas: {
    Office: { code: string; name: string; address: string; province: string; prefixes: string[]; hours?: string | null }
    OfficeNotice: { version: string; title: string; body: string; published_at: string }
    Segment: { prefix: string; template: string; released_at: string; compose_from: string }
    PreselectionView: {
      id: string
      stage:
        | 'service_notes'
        | 'identity_verification'
        | 'plate_selection'
        | 'completed'
        | 'registered'
        | 'exhausted'
        | 'overdue'
        | 'cancelled'
      now: string
      office: { code: string; name: string; address: string; prefixes: string[]; hours?: string | null }
      vehicle: { vin: string; certificate_number: string; seller_name: string }
      phone: string
      composed: { remaining: number; max_per_submission: number; confirm_enabled_at: string | null }
      draws: { remaining: number; batch_size: number; total?: number }
      identity: { code_sent: boolean; confirm_enabled_at: string; resend_at: string; expires_at: string } | null
      batch: { id: string; numbers: string[]; expires_at: string } | null
      candidates: { numbers: string[]; expires_at: string } | null
      last_submission: { number: string; outcome: 'accepted' | 'taken' | 'not_tried' }[] | null
      plate: string | null
      visit_by: string | null
      deadline: string | null
      cancellation_allowed?: boolean
    }
    EntryAnswer: {
      screen: 'introduction' | 'service_notes' | 'completed' | 'exhausted' | 'blacklisted'
      message: string | null
      preselection: components['schemas']['PreselectionView'] | null
      blacklist: { until: string } | null
    }
    CodeSent: { sent_to: string; resend_at: string; expires_at: string; now?: string }
    Keyboard: { position: number; available: string[]; as_of: string }
    DeskReservation: { id: string; plate: string; stage: string; visit_by: string | null; holder: string }
    VoucherInspection: {
      valid: boolean
      id: string
      plate: string
      stage: string
      visit_by: string | null
      holder: string
    }
  }
}
