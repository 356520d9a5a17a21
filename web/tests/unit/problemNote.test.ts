import { mount } from '@vue/test-utils'
import { expect, test } from 'vitest'
import ProblemNote from '@/components/ProblemNote.vue'
import { problemFrom } from '@/api/problem'
import { i18n } from '@/i18n'

const REFUSAL = {
  code: 'validation_failed',
  detail: '请检查后重新提交。',
  errors: [{ field: 'template', message: '不是五位模板' }],
}

test('a refusal says what is wrong in which field, and keeps the language of the server\'s words when another is chosen', async () => {
  document.documentElement.lang = 'zh-CN'
  const problem = await problemFrom(new Response(JSON.stringify(REFUSAL), { status: 422 }))
  document.documentElement.lang = 'en'
  const note = mount(ProblemNote, { props: { problem }, global: { plugins: [i18n] } })
  expect(note.find('li').text()).toBe('不是五位模板')
  expect(note.find('ul').attributes('lang')).toBe('zh-CN')
  expect(note.find('p').attributes('lang')).toBe('zh-CN')
  document.documentElement.lang = 'zh-CN'
})
