import { setTimeout as sleep } from 'node:timers/promises'

/** A promise and what keeps it: holds a transaction open until the test has looked around. */
export interface Signal {
  readonly given: Promise<void>
  readonly give: () => void
}

export function signal(): Signal {
  let give = () => {}
  const given = new Promise<void>((resolve) => {
    give = resolve
  })
  return { given, give }
}

/** Long enough for calls to do what they can do at once; nothing may depend on what is done by then. */
export function moment(): Promise<void> {
  return sleep(10)
}
