import { samples, withLog } from '../harness/damage-sample.js'
import { type DamagedFile, examineAll } from '../harness/examined.js'
import { Random } from '../harness/random.js'
import { structuralDamage } from '../harness/structural-damage.js'
import type { Trial } from './trial.js'

/** Files that were cut, overwritten or mixed with others. */
export const damage: Trial = {
  name: 'damage',
  says: 'a file that was cut, overwritten or mixed with another is reported, and a salvage gets out what can be read',
  short: { rounds: 40 },
  long: { rounds: 400 },
  run: async ({ rounds, seed, scratch, report }) => {
    const random = new Random(seed, 'damage')
    const other = await withLog(scratch, 'other', 'somebody else')
    for (const sample of await samples(scratch)) {
      const kinds = [...structuralDamage(sample, other, random)]
      const some: DamagedFile[] = []
      while (kinds.length > 0 && some.length < rounds / 2) {
        some.push(...kinds.splice(random.below(kinds.length), 1))
      }
      await examineAll(some, sample.rows, scratch, report)
    }
  },
}
