import { DamagedDataError } from '@tract/repositories'

/**
 * What is thrown where an index does not give the rows in their order: whoever asks for what stands behind the last one would
 * be led astray, or in a circle.
 *
 * @param index what the index is of
 */
export function outOfPlace(index: string): DamagedDataError {
  return new DamagedDataError(
    `the index of ${index}`,
    'an entry out of place',
    'those of the rows, in their order',
  )
}
