import { asking } from './asking.js'
import { cold } from './cold.js'
import { conversation } from './conversation.js'
import { growth } from './growth.js'
import { indexCost } from './index-cost.js'
import { longChain } from './long-chain.js'
import { migrating } from './migrating.js'
import { opening } from './opening.js'
import type { Study } from './study.js'

export const studies: readonly Study[] = [
  opening,
  cold,
  growth,
  longChain,
  asking,
  indexCost,
  migrating,
  conversation,
]
