/**
 * The members of a JSON object, each with its text exactly as it stands: a number keeps its digits. Empty for text
 * that is no object.
 */
export function membersOf(json: string): Map<string, string> {
  const members = new Map<string, string>()
  let position = json.indexOf('{') + 1
  while (position > 0) {
    const keyStart = json.indexOf('"', position)
    if (keyStart === -1) break
    const keyEnd = endOfString(json, keyStart)
    const valueStart = json.indexOf(':', keyEnd) + 1
    if (valueStart === 0) break
    const valueEnd = endOfValue(json, valueStart)
    const key: unknown = parsed(json.slice(keyStart, keyEnd))
    if (typeof key === 'string') members.set(key, json.slice(valueStart, valueEnd).trim())
    position = json[valueEnd] === ',' ? valueEnd + 1 : 0
  }
  return members
}

/** The member where it is a string, otherwise `null`. */
export function textMember(members: ReadonlyMap<string, string>, key: string): string | null {
  const raw = members.get(key)
  if (raw === undefined || !raw.startsWith('"')) return null
  const value = parsed(raw)
  // An escape can spell half a character, which no message can hold.
  return typeof value === 'string' ? value.toWellFormed() : null
}

/** The position behind a value: that of the comma or bracket which ends it. */
function endOfValue(json: string, start: number): number {
  let depth = 0
  for (let position = start; position < json.length; position++) {
    const character = json[position]
    if (character === '"') position = endOfString(json, position) - 1
    else if (character === '{' || character === '[') depth++
    else if (character === '}' || character === ']') {
      if (depth === 0) return position
      depth--
    } else if (character === ',' && depth === 0) return position
  }
  return json.length
}

/** The position behind the quote that closes the string opened at `start`; the end where none does. */
export function endOfString(json: string, start: number): number {
  for (let quote = json.indexOf('"', start + 1); quote !== -1; quote = json.indexOf('"', quote + 1)) {
    let backslashes = 0
    while (json[quote - 1 - backslashes] === '\\') backslashes++
    if (backslashes % 2 === 0) return quote + 1
  }
  return json.length
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}
