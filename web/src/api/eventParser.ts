/** Parses the text/event-stream format in chunks; a chunk may end anywhere. */
export function createEventParser(onEvent: (name: string, data: string) => void): (piece: string) => void {
  let rest = ''
  let name = 'message'
  let data: string[] = []

  const dispatch = () => {
    if (data.length > 0) onEvent(name, data.join('\n'))
    name = 'message'
    data = []
  }

  const readLine = (line: string) => {
    if (line === '') return dispatch()
    const colon = line.indexOf(':')
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (field === 'event') name = value
    if (field === 'data') data.push(value)
  }

  return (piece) => {
    const lines = (rest + piece).split(/\r\n|\n|\r(?!$)/)
    rest = lines.pop() ?? ''
    lines.forEach(readLine)
  }
}
