/** What Python's `json.dumps` writes for a text: printable ASCII, everything else escaped in lower-case hex. */
export function pythonJsonText(text: string): string {
  return `"${text.replace(/["\\]|[^ -~]/g, (unit) => SHORT[unit] ?? escaped(unit))}"`
}

const SHORT: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\b': '\\b',
  '\f': '\\f',
}

function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}
