import { computed, reactive, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import type { Problem } from '@/api/problem'
import { isCreditCode, isResidentId } from '@/plates/partyIdentifiers'
import { isPlausibleVin } from '@/plates/vehicleIdentifiers'
import type { InformationForm } from './useApplication'

export type FieldName = keyof InformationForm

/** The server's names of the fields, and the problem codes that concern one field. */
const SERVER_FIELDS: Record<string, FieldName> = {
  certificate_number: 'certificateNumber',
  vin: 'vin',
  'seller.name': 'sellerName',
  'seller.id_number': 'sellerIdNumber',
  'seller.kind': 'sellerKind',
}
const FIELD_CODES: Record<string, FieldName> = {
  vin_invalid: 'vin',
  certificate_number_invalid: 'certificateNumber',
  id_number_invalid: 'sellerIdNumber',
}

/** The errors beside each field: first those found in the browser, then the server's. */
export function useInformationCheck(form: InformationForm) {
  const { t, locale } = useI18n()
  const errors = reactive<Partial<Record<FieldName, string>>>({})

  const flawOf = (field: FieldName): string => {
    const value = form[field].trim()
    if (value === '') return t('information.required')
    if (field === 'certificateNumber' && !/^\d{12}$/.test(value)) return t('information.certificateWrong')
    if (field === 'vin' && !isPlausibleVin(value)) return t('information.vinWrong')
    if (field === 'sellerIdNumber') return flawOfSellerId(value)
    return ''
  }

  const flawOfSellerId = (value: string): string => {
    if (value.length !== 18) return t('information.idWrong')
    const isRight = form.sellerKind === 'person' ? isResidentId(value) : isCreditCode(value)
    return isRight ? '' : t(form.sellerKind === 'person' ? 'information.idMistyped' : 'information.creditMistyped')
  }

  const check = (field: FieldName) => {
    errors[field] = flawOf(field)
  }

  const fields = Object.keys(form) as FieldName[]
  // An error disappears as soon as it is fixed; removing it on blur would move the button under the pointer.
  for (const field of fields) watch(() => form[field], () => errors[field] && check(field))

  watch(locale, () => fields.filter((field) => errors[field] && flawOf(field)).forEach(check))

  const checkAll = (): boolean => {
    fields.forEach(check)
    return fields.every((field) => !errors[field])
  }

  /** True if the refusal concerns fields, so that it is shown beside them. */
  const takeRefusal = (problem: Problem): boolean => {
    const field = FIELD_CODES[problem.code]
    if (field) errors[field] = problem.detail
    const named = (problem.facts.errors ?? []).flatMap(({ field: name, message }) => {
      const own = SERVER_FIELDS[name.replace(/^body\./, '')]
      return own ? [{ own, message }] : []
    })
    named.forEach(({ own, message }) => {
      errors[own] = message
    })
    return field !== undefined || named.length > 0
  }

  return { errors, check, checkAll, takeRefusal, hasErrors: computed(() => Object.values(errors).some(Boolean)) }
}
