import { initial } from './values'

/* A draft as one edits it. */
export const draftText = (draft) => (typeof draft === 'string' ? draft : JSON.stringify(draft, null, 2))

const blank = (question) => ({
  mode: '',
  ending: false,
  feedback: '',
  output: question.kind === 'review' ? draftText(question.draft) : '',
  values: question.schema ? initial(undefined, question.schema, question.schema) : {}
})

/* What was entered before the page was drawn anew, or nothing yet. */
export const begunEntry = (key, question) => {
  try {
    const entry = JSON.parse(window.sessionStorage.getItem(key))
    if (entry) return { ...blank(question), ...entry }
  } catch {
    // what cannot be read is entered anew
  }
  return blank(question)
}

export const keepEntry = (key, entry) => {
  try {
    if (entry) window.sessionStorage.setItem(key, JSON.stringify(entry))
    else window.sessionStorage.removeItem(key)
  } catch {
    // a full or closed storage costs only what a reload would have kept
  }
}
