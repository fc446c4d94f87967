import { answersTable } from './answers-table.js'
import { ask } from './ask.js'
import type { Answer } from './harness/answer.js'
import { machine, machineText } from './harness/machine.js'
import { markdownTable, table } from './harness/table.js'
import { historyOf } from './history/build.js'
import { type Options, readOptions, USAGE, UsageError } from './options.js'
import { questions } from './questions/questions.js'
import { withCopy } from './scratch.js'
import { studies } from './studies/studies.js'
import { withLab } from './subjects/lab.js'

/** Runs the benchmark. Returns the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    await run(readOptions(args))
    return 0
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    console.error(`${error.message}\n\n${USAGE}`)
    return 2
  }
}

async function run(options: Options): Promise<void> {
  const on = machine()
  progress(machineText(on))
  const answers: Answer[] = []
  for (const size of options.sizes) answers.push(...(await askAll(size, options)))
  const findings = []
  for (const study of studies.filter(({ name }) => isWanted(name, options))) {
    const finding = await study.run(options, progress)
    findings.push({ name: study.name, title: study.title, ...finding })
  }
  if (options.json) {
    const data = findings.map(({ name, title, data }) => ({ name, title, data }))
    process.stdout.write(
      `${JSON.stringify({ machine: on, quick: options.quick, answers, studies: data }, null, 2)}\n`,
    )
    return
  }
  const draw = options.markdown ? markdownTable : table
  const parts = [machineText(on)]
  if (options.quick) parts.push('quick: this shows that everything works and agrees; the times mean nothing.')
  for (const size of options.sizes) {
    const ofSize = answers.filter((answer) => answer.size === size)
    if (ofSize.length > 0) parts.push(`${size.toLocaleString('en')} commits`, draw(answersTable(ofSize)))
  }
  for (const finding of findings) {
    parts.push(finding.title, draw(finding))
    if (finding.note !== undefined) parts.push(finding.note)
  }
  process.stdout.write(`${parts.join('\n\n')}\n`)
}

/** All questions on one file. */
async function askAll(size: number, options: Options): Promise<readonly Answer[]> {
  const wanted = questions.filter(({ name }) => isWanted(name, options))
  if (wanted.length === 0) return []
  const history = await historyOf(size)
  return withCopy(history.path, (path) =>
    withLab({ ...history, path }, async (lab) => {
      const answers: Answer[] = []
      for (const question of wanted) {
        progress(`${size} commits: ${question.name}`)
        answers.push(await ask(question, lab, options.effort))
      }
      return answers
    }),
  )
}

function isWanted(name: string, { only }: Options): boolean {
  return only.length === 0 || only.some((part) => name.includes(part))
}

function progress(text: string): void {
  process.stderr.write(`${text}\n`)
}
