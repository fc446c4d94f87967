// Does one thing to a file, and says when it begins, how far it is, and that it is done.
import { type Operating, operate } from '../harness/operate.js'
import { instructions, say } from './program.js'

await operate(instructions<Operating>(), say)
say('done')
