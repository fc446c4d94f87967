import * as repositories from '@tract/repositories'
import { expect, it } from 'vitest'

it('exports one abstract class for each repository, the errors, and nothing else at run time', () => {
  const names = Object.keys(repositories)
  expect(names.filter((name) => name.endsWith('Repository')).sort()).toEqual([
    'AnnotationRepository',
    'BlobRepository',
    'CommitParentRepository',
    'CommitRepository',
    'CompileRecordRepository',
    'OperationEventRepository',
    'PolicyRepository',
    'RefRepository',
    'SpawnPointerRepository',
    'StoredRowRepository',
  ])
  expect(names.filter((name) => !/(Repository|Error)$/.test(name))).toEqual([])
})

it('the abstract classes hold no behaviour of their own', () => {
  for (const [name, value] of Object.entries(repositories)) {
    if (name.endsWith('Repository')) {
      expect(Object.getOwnPropertyNames(value.prototype), name).toEqual(['constructor'])
    }
  }
})
