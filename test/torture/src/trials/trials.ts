import { bitFlips } from './bit-flips.js'
import { crash } from './crash.js'
import { crashBackup } from './crash-backup.js'
import { crashCollect } from './crash-collect.js'
import { crashImport } from './crash-import.js'
import { crashMigration } from './crash-migration.js'
import { damage } from './damage.js'
import { faults, faultsCheckpoint, powerFailures, tornPages } from './faults.js'
import { faultsCollect, faultsImport, faultsMigration } from './faults-whole.js'
import { fullDisk } from './full-disk.js'
import { permissions } from './permissions.js'
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
  faults,
  faultsCheckpoint,
  tornPages,
  powerFailures,
  faultsMigration,
  faultsCollect,
  faultsImport,
  fullDisk,
  permissions,
  damage,
  bitFlips,
  soak,
]
