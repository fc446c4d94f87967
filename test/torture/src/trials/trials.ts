import { bitFlips } from './bit-flips.js'
import { crash } from './crash.js'
import { crashBackup } from './crash-backup.js'
import { crashCollect } from './crash-collect.js'
import { crashImport } from './crash-import.js'
import { crashMigration } from './crash-migration.js'
import { damage } from './damage.js'
import { processes } from './processes.js'
import { processesAndKills } from './processes-and-kills.js'
import { processesAndSnapshots } from './processes-and-snapshots.js'
import { soak } from './soak.js'
import { transactions } from './transactions.js'
import type { Trial } from './trial.js'

/** All trials, in the order in which they run. */
export const trials: readonly Trial[] = [
  processes,
  processesAndKills,
  processesAndSnapshots,
  transactions,
  crash,
  crashMigration,
  crashBackup,
  crashCollect,
  crashImport,
  damage,
  bitFlips,
  soak,
]
