/* The strip above a recorded conversation: it offers the next message of the script, and sends it. */
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

const next = document.createElement('button')
next.type = 'button'
next.id = 'refrain-next'
next.hidden = true
strip.append(next)
next.addEventListener('click', () => {
  next.disabled = true
  send(script[place()])
})

let shown = null
const tell = () => {
  const at = place()
  const state = `${at} ${script.length && Boolean(document.getElementById('chat-input'))}`
  if (state === shown) return
  shown = state
  const message = document.getElementById('chat-input') ? script[at] : undefined
  next.hidden = message === undefined
  next.disabled = false
  next.textContent = message === undefined ? '' : `Next: ${message}`
  next.title = message || ''
  strip.dataset.ended = String(script.length > 0 && at >= script.length)
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
  }).observe(document.getElementById('root'), { childList: true, subtree: true })
  tell()
}
