/* The strip above a recorded conversation: it offers the next message of the script, and sends it. Where a run waits
   for a person, it offers what they answered when it was recorded. */
const strip = document.getElementById('refrain-strip')
const script = JSON.parse(strip.dataset.script)
const plain = (text) => text.toLowerCase().replace(/\s+/g, ' ').trim()

const said = () =>
  [...document.querySelectorAll('[data-step-type="user_message"] .message-content')].map((node) =>
    plain(node.textContent)
  )

const place = () =>
  said().reduce((at, message) => {
    const found = script.findIndex((line, number) => number >= at && plain(line) === message)
    return found < 0 ? at : found + 1
  }, 0)

const send = (message) => {
  const box = document.getElementById('chat-input')
  if (!box) return
  box.focus()
  document.execCommand('selectAll')
  document.execCommand('insertText', false, message)
  const press = (tries) => {
    const button = document.getElementById('chat-submit')
    if (button && !button.disabled) button.click()
    else if (tries > 1) setTimeout(() => press(tries - 1), 50)
  }
  setTimeout(() => press(40), 50)
}

const WORKING = ['queued', 'working', 'answering', 'running']
const works = () =>
  [...document.querySelectorAll('.refrain-card')].some((card) => WORKING.includes(card.dataset.state))

const ours = (path) => new URL(`../refrain/${path}`, import.meta.url)
let form = null // of the last question that is open
let offer = null // what was answered to it

const lookUp = async (asking) => {
  const card = document.querySelector('.refrain-card[data-session]')
  const session = encodeURIComponent((card && card.dataset.session) || '')
  const response = await fetch(ours(`recorded-answer?session=${session}`), { credentials: 'include' }).catch(() => null)
  const found = response && response.ok ? await response.json() : {}
  if (asking !== form) return
  offer = found.answer ? found : null
  tell()
}

const answer = async ({ run, answer: given }) => {
  const body = JSON.stringify(given)
  const headers = { 'Content-Type': 'application/json' }
  const sent = { method: 'POST', credentials: 'include', headers, body }
  const response = await fetch(ours(`runs/${encodeURIComponent(run)}/answer`), sent).catch(() => null)
  if (!response || !response.ok) next.disabled = false
}

const next = document.createElement('button')
next.type = 'button'
next.id = 'refrain-next'
next.hidden = true
strip.append(next)
next.addEventListener('click', () => {
  next.disabled = true
  if (offer && place() >= offer.after) answer(offer)
  else send(script[place()])
})

let shown = null
const tell = () => {
  const forms = document.querySelectorAll('form.refrain-question')
  const last = forms[forms.length - 1] || null
  if (last !== form) {
    form = last
    offer = null
    if (form) lookUp(form)
  }
  const at = place()
  const box = Boolean(document.getElementById('chat-input'))
  const answers = offer !== null && at >= offer.after
  const text = answers ? `Answer as recorded: ${offer.label}` : box && script[at] ? `Next: ${script[at]}` : ''
  const ended = at >= script.length && !answers && !works()
  const state = `${at} ${ended} ${answers && JSON.stringify(offer)} ${text}`
  if (state === shown) return
  shown = state
  next.hidden = !text
  next.disabled = false
  next.textContent = text
  next.title = answers ? text : script[at] || ''
  strip.dataset.ended = String(ended)
}

if (script.length) {
  let waiting = false
  new MutationObserver(() => {
    if (waiting) return
    waiting = true
    setTimeout(() => {
      waiting = false
      tell()
    }, 100)
  }).observe(document.getElementById('root'), { childList: true, subtree: true, attributeFilter: ['data-state'] })
  tell()
}
