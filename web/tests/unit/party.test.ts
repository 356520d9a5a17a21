import { flushPromises } from '@vue/test-utils'
import { expect, test } from 'vitest'
import OtherCars from '@/components/OtherCars.vue'
import MineScreen from '@/screens/MineScreen.vue'
import { useParty } from '@/composables/useParty'
import { isCreditCode, isResidentId } from '@/plates/partyIdentifiers'
import { mountPlain, serve, viewWith } from './support'

const ENTRY = { screen: 'introduction' as const, message: null, preselection: null, blacklist: null, others: [] }
const OTHERS = [
  { id: 'p2', stage: 'completed' as const, plate: '粤BA1234' },
  { id: 'p3', stage: 'service_notes' as const, plate: null },
]

test('the other cars are one tap away, and a banned party can only open what is reserved', () => {
  const { takeEntry } = useParty()
  takeEntry({ ...ENTRY, others: OTHERS })
  const targets = () => mountPlain(OtherCars).findAll('a').map((link) => link.attributes('href'))
  expect(targets()).toEqual(['/preselections/p2', '/?preselection=p3'])
  takeEntry({ ...ENTRY, others: OTHERS, blacklist: { until: '2028-11-26T16:00:00.000Z' } })
  expect(targets()).toEqual(['/preselections/p2'])
})

test('the list of a banned party offers no action for its unfinished cars', async () => {
  const items = [viewWith({ stage: 'service_notes' }), viewWith({ id: 'p2', stage: 'completed', plate: '粤BA1234' })]
  serve(({ path }) => ({ body: path === '/entries' ? { ...ENTRY, blacklist: { until: '2028-11-26T16:00:00.000Z' } } : { items } }))
  const screen = mountPlain(MineScreen)
  await flushPromises()
  expect(screen.findAll('a').map((link) => link.attributes('href'))).toEqual(['/preselections/p2'])
})

test.each([
  [isResidentId, ['11010519491231002X', '810000199001010019', '91184019850615109X', '94439219850615102X'], ['110105194912310021', '11010519491231002x', '1101051949123100']],
  [isCreditCode, ['91110000600037341L', 'N2110101MF1234567N'], ['91110000600037341M', 'I1110000600037341L']],
])('%o distinguishes right numbers from mistyped ones', (check, right, wrong) => {
  expect([...right, ...wrong].map(check)).toEqual([...right.map(() => true), ...wrong.map(() => false)])
})
