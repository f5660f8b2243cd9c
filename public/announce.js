/* What a screen reader says of a turn, once each: that it runs, waits, or has ended. */
const WORDS = {
  running: (card) => workflowOf(card) && `${workflowOf(card)} is running`,
  paused: () => 'Waiting for your answer',
  completed: () => 'Answer ready',
  failed: (card) => `Failed: ${noteOf(card)}`,
  cancelled: () => 'The run was stopped. Resume goes on with it.',
  interrupted: () => 'The run was interrupted. Resume goes on with it.'
}
const NEWS_FOR = 10000 // milliseconds: a turn that began longer ago, and is over when first seen, is no news

const told = new Map()

const workflowOf = (card) => {
  const steps = card.querySelector('[aria-label^="Steps of "]')
  return steps ? steps.getAttribute('aria-label').replace(/^Steps of | done$/g, '') : ''
}

const noteOf = (card) => {
  const note = card.querySelector('.refrain-note')
  return note ? note.textContent : 'the note below says why'
}

function isNews(card) {
  const { turn, state } = card.dataset
  if (told.has(turn)) return told.get(turn) !== state
  const began = Date.parse(card.dataset.began)
  return state === 'running' || (began > performance.timeOrigin && Date.now() - began < NEWS_FOR)
}

function region() {
  const found = document.getElementById('refrain-says')
  if (found) return found
  const made = document.createElement('div')
  made.id = 'refrain-says'
  made.className = 'sr-only'
  made.setAttribute('role', 'status')
  document.body.append(made)
  return made
}

/* Say what is new since the last look. */
export function announce() {
  const says = region()
  document.querySelectorAll('.refrain-card[data-turn][data-state]').forEach((card) => {
    const { turn, state } = card.dataset
    const text = isNews(card) && WORDS[state] && WORDS[state](card)
    if (text) says.textContent = text
    if (text !== '') told.set(turn, state) // a run that has no name yet is told of when it has
  })
}
