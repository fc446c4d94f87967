/** A promise and what keeps it: lets a test hold a transaction open until it has looked around. */
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
