import { expect, test } from 'vitest'
import helpEn from '@/help/en.json'
import helpZhCN from '@/help/zh-CN.json'
import helpZhTW from '@/help/zh-TW.json'
import en from '@/i18n/en'
import zhCN from '@/i18n/zh-CN'
import staffEn from '@/i18n/staff/en'
import staffZhCN from '@/i18n/staff/zh-CN'
import staffZhTW from '@/i18n/staff/zh-TW'
import zhTW from '@/i18n/zh-TW'

type Tree = { [key: string]: string | string[] | Tree }

function leaves(tree: Tree, path = ''): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]): [string, string][] => {
    if (typeof value === 'string') return [[path + key, value]]
    if (Array.isArray(value)) return value.map((item, i) => [`${path}${key}.${i}`, item])
    return leaves(value, `${path}${key}.`)
  })
}

const placeholders = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).toSorted()

test.each([
  ['zh-TW', zhTW],
  ['en', en],
])('%s has every word of the first language', (_name, messages) => {
  expect(leaves(messages).map(([key]) => key)).toEqual(leaves(zhCN).map(([key]) => key))
})

test.each([
  ['zh-TW', staffZhTW],
  ['en', staffEn],
])('%s has every word of the staff pages, with the same facts', (_name, messages) => {
  const facts = (tree: Tree) => leaves(tree).map(([key, text]) => [key, ...placeholders(text)])
  expect(facts(messages)).toEqual(facts(staffZhCN))
})

test('the same facts stand in both Chinese versions of a sentence', () => {
  const traditional = new Map(leaves(zhTW))
  for (const [key, text] of leaves(zhCN)) expect([key, placeholders(traditional.get(key) ?? '')]).toEqual([key, placeholders(text)])
})

test('no sentence is empty, and the simplified one holds no traditional labels', () => {
  const words = [...leaves(zhCN), ...leaves(staffZhCN)]
  expect(words.filter(([, text]) => text.trim() === '')).toEqual([])
  expect(words.filter(([, text]) => /[號選車憑證隨機後錄驗]/.test(text))).toEqual([])
})

test('the labels of the public service stand word for word', () => {
  const texts = new Set(leaves(zhCN).map(([, text]) => text))
  const labels = `
    基本信息 确认信息 选号服务说明 身份验证 预选号牌 完成号牌预选 提交信息 业务须知 阅读并同意
    登记证书编号 车辆识别代号 卖方信息 获取验证码 提交 开始选号 确认 自编 随机 确认选号
    您还可以自编{count}个号牌 随机一次({count}) 换一批({count}) 距失效{seconds}秒 不包含4 备选号牌
    打印预选号凭证 第一阶段 第二阶段 请于{month}月{day}日(含)前 退格 清空本组 第一意向 第五意向`
    .trim()
    .split(/\s+/)
  expect(labels.filter((label) => !texts.has(label))).toEqual([])
})

// WCAG 2.2.1: a countdown that can't be lengthened says why.
const LENGTHENED = { 'zh-CN': /延长/, 'zh-TW': /延長/, en: /lengthened/ }
const OTHERS = { 'zh-CN': /他人|其他人/, 'zh-TW': /他人|其他人/, en: /others/ }
test.each([
  ['zh-CN', zhCN, helpZhCN],
  ['zh-TW', zhTW, helpZhTW],
  ['en', en, helpEn],
] as const)('%s says at the countdown and in the help why it cannot be lengthened: others want the numbers', (language, messages, help) => {
  expect(messages.draw.hint).toMatch(LENGTHENED[language])
  expect(messages.draw.hint).toMatch(OTHERS[language])
  const asked = help.find(({ question }) => LENGTHENED[language].test(question))
  expect(asked?.answer).toMatch(OTHERS[language])
})
