import { runAddress } from '../shared/addresses'
import { kept } from '../shared/refrain'
import { draftText, keepEntry } from './entry'
import { collect, parsed } from './values'

const PATIENCE = 20000 // milliseconds for the server to take an answer
const KEPT = 'What you entered is kept here.'

// What to tell about an answer that was not taken.
const refusal = (status, message) => {
  if (status === 404) return { text: 'This run is not there any more.', reload: true }
  if (status === 409) return { text: message || 'This was answered already.', reload: true }
  if (status === 401) return { text: `You are signed out. Reload the page and sign in. ${KEPT}`, reload: true }
  if (status >= 500) return { text: `The server could not take the answer. ${KEPT} Try again in a moment.` }
  return { text: message || `The answer was not taken. ${KEPT} Try again.` }
}

// The answer that the form gives when it is sent; null when something is wrong with what was entered.
export const sent = (question, entry, wrong) => {
  if (question.kind === 'input') {
    return { values: collect(entry.values, question.schema, question.schema, '', wrong) }
  }
  if (entry.mode === 'feedback') {
    if (!entry.feedback.trim()) wrong.feedback = 'Say what should be different.'
    return { feedback: entry.feedback.trim() }
  }
  if (entry.mode !== 'edit') return null
  if (!entry.output.trim()) wrong.output = 'Write something, or go back and reject the draft.'
  if (entry.output === draftText(question.draft)) return { approve: true }
  if (question.draft_kind === 'text') return { output: entry.output }
  const output = parsed(entry.output, (problem) => (wrong.output = wrong.output || problem))
  if (output === null) wrong.output = 'Write something, or go back and reject the draft.'
  return { output }
}

/* Sends an answer to the question. How it stands with it is told by `stand`; what was entered goes once it is taken. */
export async function sendAnswer(question, given, key, stand) {
  stand({ busy: 'sending', errors: {}, problem: null })
  let response
  try {
    response = await fetch(`${runAddress(question.run_id)}/answer`, {
      method: 'POST',
      credentials: 'include',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ question_id: question.id, ...given }),
      signal: AbortSignal.timeout(PATIENCE)
    })
  } catch {
    stand({ busy: '', problem: { text: `The server cannot be reached. ${KEPT} Try again in a moment.` } })
    return
  }
  if (response.ok) {
    keepEntry(key, null)
    kept.delete(key)
    stand({ busy: 'taken' })
    return
  }
  const { message, fields } = await response.json().catch(() => ({}))
  stand({ busy: '', errors: fields || {}, problem: refusal(response.status, message) })
}
