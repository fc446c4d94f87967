/** Lets one caller in at a time, in the order of their arrival. */
export class Gate {
  #last: Promise<void> = Promise.resolve()

  /** Waits for the turn; the function that it gives ends it. */
  async enter(): Promise<() => void> {
    const before = this.#last
    let leave = () => {}
    this.#last = new Promise((resolve) => {
      leave = resolve
    })
    await before
    return leave
  }
}
