import { reactive, ref } from 'vue'
import type { Seller } from '@/api/types'

/** What an applicant has chosen and typed on the way to a preselection. In memory only: it holds personal data. */
export interface InformationForm {
  certificateNumber: string
  vin: string
  sellerKind: Seller['kind']
  sellerName: string
  sellerIdNumber: string
}

const emptyForm = (): InformationForm => ({
  certificateNumber: '',
  vin: '',
  sellerKind: 'person',
  sellerName: '',
  sellerIdNumber: '',
})

const form = reactive(emptyForm())
const agreed = ref<{ office: string; version: string } | null>(null)
const noticeOutdated = ref(false)

export function useApplication() {
  return {
    form,
    agreed,
    noticeOutdated,
    agree: (office: string, version: string) => {
      agreed.value = { office, version }
      noticeOutdated.value = false
    },
    /** The office has published another notice meanwhile; the form is kept. */
    requireNewAgreement: () => {
      agreed.value = null
      noticeOutdated.value = true
    },
    reset: () => {
      Object.assign(form, emptyForm())
      agreed.value = null
      noticeOutdated.value = false
    },
  }
}
