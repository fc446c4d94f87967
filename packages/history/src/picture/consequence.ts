import type { OperationEventRow } from '@tract/schema'

/**
 * Whether an event only says what another had to write anew behind its summary. Drawn, it would double every message
 * without telling more.
 */
export function isConsequence({ paramsJson }: OperationEventRow): boolean {
  return typeof paramsJson === 'object' && paramsJson !== null && 'because_of' in paramsJson
}
