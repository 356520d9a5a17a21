import type { Page } from 'playwright-core'

/** What moves, or would with the next change, although the visitor has asked for less motion. */
export async function motionsIn(page: Page): Promise<string[]> {
  await page.emulateMedia({ reducedMotion: 'reduce' })
  const found = await page.evaluate(motions)
  await page.emulateMedia({ reducedMotion: 'no-preference' })
  return found
}

/** Runs in the page. */
export function motions(): string[] {
  const lasts = (durations: string) => durations.split(',').some((duration) => Number.parseFloat(duration) > 0)
  const nameOf = ({ tagName, className }: Element) => `${tagName.toLowerCase()} "${className}"`
  const running = document
    .getAnimations()
    .filter(({ playState }) => playState === 'running')
    .map(({ effect }) => (effect as KeyframeEffect | null)?.target)
    .map((target) => `${target ? nameOf(target) : 'something'} moves`)
  const ready = [...document.querySelectorAll('body, body *')].flatMap((element) =>
    [null, '::before', '::after'].flatMap((part) => {
      const style = getComputedStyle(element, part)
      const animated = style.animationName !== 'none' && lasts(style.animationDuration)
      const follows = lasts(style.transitionDuration) || style.scrollBehavior === 'smooth'
      return animated || follows ? [`${nameOf(element)}${part ?? ''} has ${animated ? 'an animation' : 'a transition'}`] : []
    }),
  )
  return [...new Set([...running, ...ready])]
}
