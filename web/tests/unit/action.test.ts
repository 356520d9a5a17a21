import { expect, test } from 'vitest'
import { Problem } from '@/api/problem'
import { useAction } from '@/composables/useAction'

function actionAnswering(answers: (Problem | string)[]) {
  const keys: string[] = []
  const action = useAction(async (key: string, _number: string) => {
    keys.push(key)
    const answer = answers.shift()
    if (answer instanceof Problem) throw answer
    return answer
  })
  return { keys, ...action }
}

const open = () => new Problem('outcome_unknown', 504, '')
const refused = () => new Problem('batch_expired', 409, '号码已失效')

test('a second press while the first is under way does nothing', async () => {
  const { run, keys } = actionAnswering(['done', 'done'])
  const [first, second] = await Promise.all([run('a'), run('a')])
  expect([first, second]).toEqual(['done', null])
  expect(keys).toHaveLength(1)
})

test('a repeat after an open outcome bears the same key', async () => {
  const { run, keys } = actionAnswering([open(), 'done'])
  await run('a')
  expect(await run('a')).toBe('done')
  expect(keys[1]).toBe(keys[0])
})

test('another intent after an open outcome bears another key', async () => {
  const { run, keys } = actionAnswering([open(), 'done'])
  await run('a')
  await run('b')
  expect(keys[1]).not.toBe(keys[0])
})

test('a press after a refusal or a success is a new intent', async () => {
  const { run, keys, problem } = actionAnswering([refused(), 'done', 'done'])
  await run('a')
  expect(problem.value?.code).toBe('batch_expired')
  await run('a')
  await run('a')
  expect(new Set(keys).size).toBe(3)
  expect(problem.value).toBeNull()
})
