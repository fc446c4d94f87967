import { readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import ts from 'typescript'

/** One import, export-from or dynamic import of a file. */
export interface SourceImport {
  /** As written, as in `./gate.js` or `typeorm/driver/types.js`. */
  readonly specifier: string
  /** The package that it reaches; `null` within the own package and for Node's modules. */
  readonly target: string | null
  /** Whether nothing of it is left at run time. */
  readonly typeOnly: boolean
}

/** Everything that a TypeScript or JavaScript file imports. */
export function importsOf(path: string): readonly SourceImport[] {
  const file = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true)
  const found: SourceImport[] = []
  const add = (specifier: ts.Node | undefined, typeOnly: boolean): void => {
    if (specifier === undefined || !ts.isStringLiteralLike(specifier)) return
    found.push({ specifier: specifier.text, target: targetOf(specifier.text), typeOnly })
  }
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeOnlyImport(node.importClause))
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly)
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
      add(node.argument.literal, true)
    else if (ts.isCallExpression(node) && loads(node.expression)) add(node.arguments[0], false)
    ts.forEachChild(node, visit)
  }
  visit(file)
  return found
}

function isTypeOnlyImport(clause: ts.ImportClause | undefined): boolean {
  return clause?.phaseModifier === ts.SyntaxKind.TypeKeyword
}

function loads(callee: ts.Expression): boolean {
  return (
    callee.kind === ts.SyntaxKind.ImportKeyword ||
    (ts.isIdentifier(callee) && callee.text === 'require') ||
    (ts.isPropertyAccessExpression(callee) && callee.getText() === 'import.meta.resolve')
  )
}

function targetOf(specifier: string): string | null {
  if (specifier.startsWith('.') || isBuiltin(specifier)) return null
  const [first = '', second = ''] = specifier.split('/')
  return first.startsWith('@') ? `${first}/${second}` : first
}
