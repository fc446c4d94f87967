import { InvalidInputError, type StoredTable, TractError } from '@tract/repositories'
import {
  CommitOperation,
  InvalidValueError,
  jsonCodec,
  OperationCommitRole,
  ProposalStatus,
  timestampCodec,
} from '@tract/schema'
import { type Field, ROW_INPUTS } from '../../src/contract/input/row-inputs.js'
import { STORED_FORMS } from '../../src/model/stored-form.js'

type Check = (name: string, value: unknown) => unknown

/** Ways of saving a row whose id the database gives unless it is stated. */
const WITH_GENERATED_ID = new Set(['annotations.save', 'spawnPointers.save', 'policies.saveLogEntry'])

const checkId = text(64, 1)
const checkTract: readonly [string, Check] = ['tractId', checkId]
const checkHash: readonly [string, Check] = ['commitHash', checkId]
const checkTarget: readonly [string, Check] = ['targetHash', checkId]
const checkEvent: readonly [string, Check] = ['eventId', checkId]
const checkRecord: readonly [string, Check] = ['recordId', checkId]
const checkRef: readonly [string, Check] = ['refName', text(255, 1)]
const checkBranch: readonly [string, Check] = ['branchName', text(244, 1)]
const checkHashes: readonly [string, Check] = ['commitHashes', ids]
const checkTable: readonly [string, Check] = ['table', oneOf(Object.keys(STORED_FORMS))]
const checkPosition: readonly [string, Check] = ['position', count]
const checkRole: readonly [string, Check] = ['role', optional(oneOf(OperationCommitRole))]

const ARGUMENTS: Readonly<Record<string, readonly (readonly [string, Check])[]>> = {
  'blobs.get': [['contentHash', checkId]],
  'blobs.getMany': [['contentHashes', ids]],
  'blobs.deleteIfOrphaned': [['contentHash', checkId]],
  'commits.get': [checkHash],
  'blobs.getOrphanHashes': [],
  'commits.getMany': [['commitHashes', ids]],
  'commits.getAncestors': [
    checkHash,
    ['options', options({ limit: optional(limit), operation: optional(oneOf(CommitOperation)) })],
  ],
  'commits.getChildren': [checkHash],
  'commits.getByType': [['contentType', text()], checkTract],
  'commits.getByConfig': [checkTract, ['conditions', conditions]],
  'commits.getByPrefix': [
    ['prefix', text(64, 4)],
    ['tractId', optional(checkId)],
  ],
  'commits.getAll': [checkTract],
  'commits.getHashes': [checkTract, ['options', options({ limit: optional(limit) })]],
  'commits.iterateHashes': [checkTract],
  'commits.iterateAncestors': [
    checkHash,
    ['options', options({ operation: optional(oneOf(CommitOperation)) })],
  ],
  'operationEvents.iterateSourceHashes': [checkTract],
  'commits.getTractIds': [],
  'commits.getOnChain': [['headHash', checkId], checkHashes],
  'commits.getResponses': [checkHashes],
  'commits.getUses': [checkHashes],
  'commits.delete': [checkHash],
  'commitParents.addParent': [checkHash, ['parentHash', checkId], checkPosition],
  'commitParents.addParents': [checkHash, ['parentHashes', ids]],
  'commitParents.getParents': [checkHash],
  'commitParents.getMany': [checkHashes],
  'refs.getHead': [checkTract],
  'refs.updateHead': [checkTract, checkHash],
  'refs.getBranch': [checkTract, checkBranch],
  'refs.setBranch': [checkTract, checkBranch, checkHash],
  'refs.listBranches': [checkTract],
  'refs.isDetached': [checkTract],
  'refs.attachHead': [checkTract, checkBranch],
  'refs.detachHead': [checkTract, checkHash],
  'refs.getAll': [checkTract],
  'refs.getRef': [checkTract, checkRef],
  'refs.setRef': [checkTract, checkRef, checkHash],
  'refs.deleteRef': [checkTract, checkRef],
  'refs.setSymbolicRef': [checkTract, checkRef, ['target', text(255, 1)]],
  'refs.getSymbolicRef': [checkTract, checkRef],
  'refs.getCurrentBranch': [checkTract],
  'refs.compareAndSetRef': [checkTract, checkRef, ['expected', orNull(checkId)], ['next', checkId]],
  'annotations.getLatest': [checkTarget],
  'annotations.getHistory': [checkTarget],
  'annotations.batchGetLatest': [['targetHashes', ids]],
  'operationEvents.addCommit': [checkEvent, checkHash, ['role', oneOf(OperationCommitRole)], checkPosition],
  'operationEvents.getEvent': [checkEvent],
  'operationEvents.getMany': [['eventIds', ids]],
  'operationEvents.getAll': [checkTract],
  'operationEvents.batchGetCommits': [['eventIds', ids]],
  'operationEvents.getLineage': [checkHashes, ['direction', oneOf(['origins', 'fate'])]],
  'operationEvents.getCommits': [checkEvent, checkRole],
  'operationEvents.isSourceOf': [checkHash],
  'operationEvents.getAllSourceHashes': [checkTract],
  'operationEvents.getAllIds': [checkTract],
  'operationEvents.deleteCommit': [checkHash],
  'operationEvents.deleteEvent': [checkEvent],
  'compileRecords.addEffective': [checkRecord, checkHash, checkPosition],
  'compileRecords.getRecord': [checkRecord],
  'compileRecords.getMany': [['recordIds', ids]],
  'compileRecords.batchGetEffectives': [['recordIds', ids]],
  'compileRecords.getEffectivesNaming': [checkHashes],
  'compileRecords.getAll': [checkTract],
  'compileRecords.getAllIds': [checkTract],
  'compileRecords.getEffectives': [checkRecord],
  'spawnPointers.get': [['id', count]],
  'spawnPointers.getByChild': [['childTractId', checkId]],
  'spawnPointers.batchGetByChild': [['childTractIds', ids]],
  'spawnPointers.getChildren': [['parentTractId', checkId]],
  'spawnPointers.getAll': [checkTract],
  'spawnPointers.hasAncestor': [
    ['childTractId', checkId],
    ['potentialAncestor', checkId],
  ],
  'policies.getProposal': [['proposalId', checkId]],
  'policies.getPendingProposals': [checkTract],
  'policies.updateProposalStatus': [
    ['proposalId', checkId],
    ['status', oneOf(ProposalStatus)],
    ['resolvedAt', optional(orNull(time))],
  ],
  'policies.getLog': [
    checkTract,
    [
      'options',
      options({
        since: optional(time),
        until: optional(time),
        policyName: optional(text()),
        limit: optional(limit),
      }),
    ],
  ],
  'policies.deleteLogEntries': [checkTract, ['before', time]],
  'storedRows.read': [checkTable, ['column', text()], ['values', ids]],
  'storedRows.iterateReadable': [checkTable],
  'storedRows.insert': [checkTable, ['rows', list]],
  'storedRows.fill': [checkTable, ['rows', list]],
  ...Object.fromEntries(
    ROW_INPUTS.map(({ name, fields }) => [name, [['input', rowInput(name, fields)] as const]]),
  ),
}

/** The arguments as a database would hold them, checked at the moment of the call. */
export function readArguments(method: string, given: readonly unknown[]): readonly unknown[] {
  const checks = ARGUMENTS[method]
  if (checks === undefined) throw new Error(`${method} has no rules`)
  try {
    const read = checks.map(([name, check], index) => check(name, given[index]))
    if (method.startsWith('storedRows.') && read.length > 1) checkStored(read[0] as StoredTable, read[1])
    return read.slice(0, Math.max(given.length, 1))
  } catch (error) {
    if (error instanceof TractError) throw error
    throw new InvalidInputError(method, 'a value that throws when it is read', 'plain values', {
      cause: error,
    })
  }
}

function refuse(name: string, value: unknown, expected: string): never {
  throw new InvalidInputError(name, typeof value, expected)
}

function text(longest = Number.POSITIVE_INFINITY, shortest = 0): Check {
  return (name, value) => {
    if (typeof value !== 'string' || value.includes('\0') || !value.isWellFormed())
      refuse(name, value, 'text')
    const length = [...value].length
    if (length > longest || length < shortest) refuse(name, value, `${shortest} to ${longest} characters`)
    return value
  }
}

function ids(name: string, value: unknown): unknown {
  if (!Array.isArray(value)) return refuse(name, value, 'an array of ids')
  return value.map((item) => checkId(name, item))
}

function list(name: string, value: unknown): unknown {
  if (!Array.isArray(value)) return refuse(name, value, 'an array')
  return value.map((item, index) => {
    if (typeof item !== 'object' || item === null) return refuse(`${name}[${index}]`, item, 'a row')
    return { ...item }
  })
}

/** Checks what depends on the table: the column that is asked for, or the columns of rows. */
function checkStored(table: StoredTable, given: unknown): void {
  const { columns, key, nullable } = STORED_FORMS[table]
  if (!Array.isArray(given)) return void oneOf(columns)('column', given)
  for (const [index, row] of given.entries()) {
    const fields = columns.map((column) => {
      const mayBeNull = nullable.includes(column) || (column === 'id' && key.includes(column))
      return [column, mayBeNull ? optional(orNull(storable)) : storable] as const
    })
    object(`rows[${index}]`, row, Object.fromEntries(fields))
  }
}

function storable(name: string, value: unknown): unknown {
  if (typeof value === 'string') return text()(name, value)
  if (typeof value === 'number' && Number.isFinite(value)) return value
  const isInteger = typeof value === 'bigint' && BigInt.asIntN(64, value) === value
  return isInteger ? value : refuse(name, value, 'a stored value')
}

function count(name: string, value: unknown): unknown {
  if (!Number.isSafeInteger(value) || Number(value) < 0) refuse(name, value, 'a count')
  return Number(value) + 0
}

function limit(name: string, value: unknown): unknown {
  return count(name, value) === 0 ? refuse(name, value, 'a limit') : value
}

function time(name: string, value: unknown): unknown {
  return decoded(name, value, timestampCodec) ?? refuse(name, value, 'a time')
}

function decoded(name: string, value: unknown, codec: typeof timestampCodec | typeof jsonCodec): unknown {
  try {
    return codec.from(codec.to(value))
  } catch (error) {
    if (!(error instanceof InvalidValueError)) throw error
    throw new InvalidInputError(`${name}${error.path.slice(1)}`, error.found, error.expected)
  }
}

function oneOf(values: Readonly<Record<string, string>> | readonly string[]): Check {
  const known: readonly unknown[] = Object.values(values)
  return (name, value) => (known.includes(value) ? value : refuse(name, value, `one of ${known.join()}`))
}

function optional(check: Check): Check {
  return (name, value) => (value === undefined ? undefined : check(name, value))
}

function orNull(check: Check): Check {
  return (name, value) => (value === null ? null : check(name, value))
}

function options(fields: Readonly<Record<string, Check>>): Check {
  return optional((name, value) => object(name, value, fields))
}

function object(
  name: string,
  value: unknown,
  fields: Readonly<Record<string, Check>>,
): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refuse(name, value, 'an object')
  const unknown = Object.keys(value).find((field) => !Object.hasOwn(fields, field))
  if (unknown !== undefined) return refuse(`${name}.${unknown}`, value, 'a known field')
  const given = value as Readonly<Record<string, unknown>>
  const read = Object.entries(fields).map(([field, check]) => [field, check(field, given[field])] as const)
  return Object.fromEntries(read.filter(([, item]) => item !== undefined))
}

function conditions(name: string, value: unknown): unknown {
  if (!Array.isArray(value)) return refuse(name, value, 'conditions')
  return value.map((condition) => {
    const operator = oneOf(['=', '!=', '<', '>', '<=', '>=', 'in'])
    const value: Check = (field, item) =>
      item === undefined ? refuse(field, item, 'a value') : structuredClone(item)
    const read = object(name, condition, { field: text(), operator, value })
    if (read.operator === 'in' && !Array.isArray(read.value)) refuse(name, value, 'a list')
    return read
  })
}

function rowInput(method: string, fields: Readonly<Record<string, Field>>): Check {
  const checks: Record<string, Check> = WITH_GENERATED_ID.has(method) ? { id: optional(count) } : {}
  for (const [name, field] of Object.entries(fields)) {
    const check = field.isNullable ? orNull(checkOf(field)) : checkOf(field)
    checks[name] = field.mayBeLeftOut ? optional(check) : check
  }
  if (method.endsWith('saveEventWithCommits')) Object.assign(checks, { sources: ids, results: ids })
  if (method.endsWith('saveWithBlob')) return commitUnit(checks)
  if (!method.endsWith('saveRecordWithEffectives')) return (name, value) => object(name, value, checks)
  Object.assign(checks, { effectives: ids, commitCount: optional(count) })
  return (name, value) => {
    const read = object(name, value, checks)
    const { effectives, commitCount } = read
    const entries = Array.isArray(effectives) ? effectives.length : 0
    if (commitCount !== undefined && commitCount !== entries)
      refuse('commitCount', commitCount, String(entries))
    return read
  }
}

function commitUnit(checks: Record<string, Check>): Check {
  const blobFields = ROW_INPUTS.find(({ name }) => name === 'blobs.saveIfAbsent')?.fields ?? {}
  Object.assign(checks, {
    blob: rowInput('blobs.saveIfAbsent', blobFields),
    contentHash: optional(checkId),
    refName: optional(text(255, 1)),
    expected: optional(orNull(checkId)),
  })
  return (name, value) => object(name, value, checks)
}

function checkOf(field: Field): Check {
  switch (field.kind) {
    case 'text':
      return text(field.longest, field.mayBeEmpty === false ? 1 : 0)
    case 'count':
      return count
    case 'time':
      return time
    case 'json':
      return (name, value) => decoded(name, value, jsonCodec)
    case 'enumeration':
      return oneOf(field.values)
  }
}
