/* Where the keyboard is while a panel beside the conversation is open: inside it, and back where it was after.
   On a phone the panels are dialogs, which do the same by themselves. */
const TITLES = ['side-view-title', 'chat-settings-sidebar-title']
const openers = new Map() // of the panels that are open, by the id of their title: what had the keyboard before

const panelOf = (title) => document.querySelector(`aside:has(#${title})`)

const inComposer = (element) => Boolean(element && element.closest('#message-composer'))

/* Who types goes on typing. */
function enter(title) {
  const before = document.activeElement
  openers.set(title, before)
  if (!inComposer(before)) document.querySelector(`#${title} button`)?.focus()
}

function comeBack(title) {
  const opener = openers.get(title)
  openers.delete(title)
  if (document.activeElement && document.activeElement !== document.body) return
  const back = opener && opener.isConnected && opener !== document.body ? opener : document.getElementById('chat-input')
  if (back) back.focus()
}

/* Called after every change of the page. */
export function watchPanels() {
  TITLES.forEach((title) => {
    const open = Boolean(panelOf(title))
    if (open && !openers.has(title)) enter(title)
    else if (!open && openers.has(title)) comeBack(title)
  })
}

/* A command that was chosen from the menu waits for the message: that is where the keyboard goes on. */
const MENU_GONE = 50 // milliseconds: the menu gives the keyboard back to its button first
let chosen = null

const toMessage = () => document.getElementById('chat-input')?.focus()

export function returnFromCommands() {
  const chip = document.querySelector('.command-buttons-container .command-button')
  const now = chip && !document.getElementById('command-popover') ? chip.id : null
  if (now && now !== chosen) setTimeout(toMessage, MENU_GONE)
  chosen = now
}

/* The panel with the keyboard in it, else the one opened last. */
function nearest() {
  const open = [...openers.keys()].reverse()
  return open.find((title) => panelOf(title)?.contains(document.activeElement)) || open[0]
}

/* A tooltip takes the key to close itself; that alone must not cost a person a second press. */
let tooltip = false
window.addEventListener('keydown', () => (tooltip = Boolean(document.querySelector('[role="tooltip"]'))), true)

document.addEventListener('keydown', (event) => {
  const title = nearest()
  const taken = event.defaultPrevented && !tooltip
  if (event.key !== 'Escape' || taken || !title || inComposer(document.activeElement)) return
  if (document.querySelector('[role="dialog"], [role="menu"], [role="listbox"]')) return
  document.querySelector(`#${title} button`)?.click()
})
