import type { JsonObject } from '@tract/schema'
import type { Random } from './random.js'

/** A message of a made-up conversation as a tract stores it. */
export interface Message {
  readonly payload: JsonObject
  readonly contentType: string
  readonly tokens: number
  /** The settings of the model call; `null` where no model wrote the message. */
  readonly config: JsonObject | null
}

const WORDS = `reservation flight passenger refund baggage cabin certificate upgrade please the a to of is was
  return departs arrives Boston Denver Chicago Seattle economy business basic insurance membership silver gold
  payment card balance change cancel confirm total dollars seats available one two three checked extra delay
  compensation policy agent transfer user profile birth date address email yes no thanks certainly however
  because Düsseldorf 東京 — “quoted” naïve`.split(/\s+/)
const CONFIG = { model: 'gpt-4o', temperature: 0, top_p: 1, max_tokens: 1024, seed: 7 }
const TOOLS = ['get_user_details', 'get_reservation_details', 'search_direct_flight', 'update_reservation']
const RULES = '# Agent policy. Confirm every change with the user before it is made. '.repeat(60)

/** The first message of every conversation, the same text each time, as agents have it. */
export function systemPrompt(): Message {
  return message({ content_type: 'instruction', text: RULES }, 'instruction', RULES, null)
}

/** The message at a place of a conversation: a user asks, the assistant calls a tool, the tool answers, the assistant replies. */
export function messageAt(place: number, random: Random): Message {
  switch (place % 4) {
    case 1:
      return dialogue('user', text(random, 12 + random.below(30)), null)
    case 2: {
      const call = { reservation_id: random.hex(8), note: text(random, 4) }
      return toolCall(
        random.pick(TOOLS),
        'call',
        { id: random.hex(8), arguments: JSON.stringify(call) },
        CONFIG,
      )
    }
    case 3:
      return toolCall(
        random.pick(TOOLS),
        'result',
        { tool_call_id: random.hex(8), content: text(random, 30 + random.below(90)) },
        null,
      )
    default:
      return dialogue('assistant', text(random, 25 + random.below(60)), CONFIG)
  }
}

/** A summary that stands for several messages. */
export function summary(random: Random): Message {
  return dialogue('assistant', text(random, 80), null)
}

function dialogue(role: string, words: string, config: JsonObject | null): Message {
  return message({ content_type: 'dialogue', name: null, role, text: words }, 'dialogue', words, config)
}

function toolCall(name: string, direction: string, payload: JsonObject, config: JsonObject | null): Message {
  const whole = { content_type: 'tool_io', direction, payload, status: null, tool_name: name }
  return message(whole, 'tool_io', JSON.stringify(payload), config)
}

function message(
  payload: JsonObject,
  contentType: string,
  words: string,
  config: JsonObject | null,
): Message {
  return { payload, contentType, tokens: Math.ceil(words.length / 4), config }
}

function text(random: Random, words: number): string {
  let whole = random.pick(WORDS)
  for (let count = 1; count < words; count++) whole += ` ${random.pick(WORDS)}`
  return whole
}
