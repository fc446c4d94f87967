import { type Answer, answerOf } from './harness/answer.js'
import { type Effort, measure } from './harness/measure.js'
import { assertSameAnswers } from './harness/same-answers.js'
import { type Question, TARGETS } from './questions/question.js'
import type { Lab } from './subjects/lab.js'

/** Compares everybody's answers to a question, then their times. */
export async function ask(question: Question, lab: Lab, effort: Effort): Promise<Answer> {
  const race = question.race(lab)
  await assertSameAnswers(question.name, race)
  const times = await measure(race, effort)
  const { name, kind } = question
  return answerOf(
    { name, title: question.title(lab), size: lab.history.commits, target: TARGETS[kind] },
    times,
  )
}
