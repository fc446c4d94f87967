import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Conversation } from './chat.js'
import { Failure, hasCode } from './failure.js'
import { type Line, readLines } from './lines.js'
import { checkMessage, fail, isObject } from './message.js'
import type { NamedPath } from './options.js'

/** A conversation with how far into its file it reached. */
export interface ReadConversation {
  readonly conversation: Conversation
  readonly bytesRead: number
}

/**
 * The file's size in bytes.
 *
 * @throws {@link Failure} where it is no file that can be read, or empty
 */
export async function sizeOf(file: NamedPath): Promise<number> {
  try {
    const found = await stat(file.path)
    if (found.isDirectory()) throw new Failure(`${file.name}: a folder, expected a file of conversations`)
    if (found.size === 0) throw new Failure(`${file.name}: empty, expected one conversation a line`)
    return found.size
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')) {
      throw new Failure(`${file.name}: no such file`, 1, { cause: error })
    }
    throw unreadable(file, error)
  }
}

/**
 * The conversations of a file, one at a time.
 *
 * @throws {@link Failure} naming file, line and message of the first that is not as it should be
 */
export async function* readConversations(file: NamedPath): AsyncGenerator<ReadConversation> {
  let found = false
  try {
    for await (const line of readLines(file)) {
      found = true
      yield { conversation: parseLine(line, file), bytesRead: line.bytesRead }
    }
  } catch (error) {
    throw unreadable(file, error)
  }
  if (!found) throw new Failure(`${file.name}: only blank lines, expected one conversation a line`)
}

function parseLine(line: Line, file: NamedPath): Conversation {
  const place = `${file.name}:${line.number}`
  let value: unknown
  try {
    value = JSON.parse(line.text)
  } catch (error) {
    throw new Failure(`${place}: not JSON, expected one whole object on this line`, 1, { cause: error })
  }
  if (!isObject(value)) throw fail(place, value, 'an object with "messages"')
  const { messages } = value
  if (!Array.isArray(messages)) throw fail(`${place}: "messages"`, messages, 'a list')
  if (messages.length === 0) throw new Failure(`${place}: "messages" is empty`)
  return {
    id: idOf(value, place) ?? `${basename(file.path)}:${line.number}`,
    messages: messages.map((message, index) => checkMessage(message, `${place}: message ${index + 1}`)),
  }
}

function idOf(value: Record<string, unknown>, place: string): string | undefined {
  const id = value.id ?? value.conversation_id
  if (id === undefined || id === null) return undefined
  const text = typeof id === 'number' ? String(id) : id
  if (typeof text === 'string' && text.trim() !== '' && text.isWellFormed()) return text
  throw fail(`${place}: "id"`, id, 'a text or a number')
}

/** An error of the file system as one line; everything else as it is. */
function unreadable(file: NamedPath, error: unknown): unknown {
  if (error instanceof Error && 'syscall' in error && 'code' in error) {
    return new Failure(`${file.name}: cannot be read (${String(error.code)})`, 1, { cause: error })
  }
  return error
}
