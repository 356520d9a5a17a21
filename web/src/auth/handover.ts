import type { Tokens } from './oidc'

/** From the tab that has signed in again to the tab that waits for it. Only pages of this origin hear the channel, and nothing is stored. */
const CHANNEL = 'xuanhao.sign-in'

export function handOver(tokens: Tokens): void {
  const channel = new BroadcastChannel(CHANNEL)
  channel.postMessage(tokens)
  channel.close()
}

/** Listens until `take` has accepted tokens. */
export function takeOver(take: (tokens: Tokens) => boolean): void {
  const channel = new BroadcastChannel(CHANNEL)
  channel.addEventListener('message', ({ data }: MessageEvent<Tokens>) => {
    if (take(data)) channel.close()
  })
}
