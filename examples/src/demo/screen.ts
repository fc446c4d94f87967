import { styleText } from 'node:util'

/** Where the report goes: how wide it may be, and whether it may have colours. */
export interface Screen {
  readonly columns: number
  line(text?: string): void
  heading(text: string): string
  faint(text: string): string
  accent(text: string): string
  good(text: string): string
  bad(text: string): string
}

/** A terminal as it is; anything else 100 columns wide and without colours. */
export function screenOver(stream: NodeJS.WriteStream, environment: NodeJS.ProcessEnv): Screen {
  const colours = stream.isTTY && !environment.NO_COLOR && environment.TERM !== 'dumb'
  const painted = (style: Parameters<typeof styleText>[0]) => (text: string) =>
    colours ? styleText(style, text) : text
  return {
    columns: Math.max(60, Math.min(stream.columns ?? 100, 100)),
    line: (text = '') => void stream.write(`${text}\n`),
    heading: painted('bold'),
    faint: painted('dim'),
    accent: painted('cyan'),
    good: painted('green'),
    bad: painted('red'),
  }
}
