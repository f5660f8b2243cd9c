/* Names, roles and ways by keyboard that the page's markup lacks. It is drawn by others and changes all the time,
   so each of these small mends is done again after every change. */
import { announce } from './announce.js'
import { returnFromCommands, watchPanels } from './focus.js'
import { watchScroll } from './scroll.js'
import { keepAddress, nameTab, returnToAddress, tellMissing } from './address.js'

const NAMES = [
  ['[data-sidebar="sidebar"] #sidebar-trigger-button', 'Close the list of conversations'],
  ['#header #sidebar-trigger-button', 'Open the list of conversations'],
  ['[data-sidebar="rail"]', 'Open or close the list of conversations'],
  ['#chat-profiles', 'Profile'],
  ['#search-chats-button', 'Search conversations'],
  ['#new-chat-button', 'New conversation'],
  ['#chat-settings-header-button', 'Settings'],
  ['#theme-toggle', 'Light or dark'],
  ['#user-nav-button', 'Account'],
  ['#chat-input', 'Message'],
  ['#chat-submit', 'Send'],
  ['#stop-button', 'Stop'],
  ['#upload-button', 'Attach files'],
  ['#command-button', 'Commands'],
  ['#side-view-title button', 'Close the panel'],
  ['#chat-settings-sidebar-title button', 'Close the settings'],
  ['.positive-feedback-off', 'Good answer'],
  ['.positive-feedback-on', 'Good answer: your choice, take it back'],
  ['.negative-feedback-off', 'Bad answer'],
  ['.negative-feedback-on', 'Bad answer: your choice, take it back'],
  ['button:has(> .lucide-copy)', 'Copy'],
  ['button:has(> .lucide-check):not(:has(span))', 'Copied'],
  ['button:has(> .lucide-message-circle)', 'Your note on this answer'],
  ['button:has(> .lucide-arrow-down)', 'To the end of the conversation'],
  ['#password ~ button:has(.lucide-eye)', 'Show the password'],
  ['#password ~ button:has(.lucide-eye-off)', 'Hide the password'],
  ['[data-resize-handle]', 'Width of the panel'],
  ['[data-step-type="user_message"]', 'You'],
  ['[data-step-type="assistant_message"]', 'Refrain']
]

const NOTHING_FOUND = 'Nothing found. Try other words.'
const PANEL_TITLES = ['side-view-title', 'chat-settings-sidebar-title']

const all = (selector) => document.querySelectorAll(selector)

const set = (element, name, value) => {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value)
}

function nameThings() {
  NAMES.forEach(([selector, name]) => all(selector).forEach((element) => set(element, 'aria-label', name)))
  all('#welcome-screen img:not([alt]), #chat-profiles img, #header img').forEach((image) => set(image, 'alt', ''))
  all('#upload-button[role]').forEach((button) => button.removeAttribute('role'))
}

/* The list of conversations: a landmark, lists of list items, and options that the keyboard reaches. */
function mendSidebar() {
  all('[data-sidebar="sidebar"]').forEach((bar) => {
    set(bar, 'role', 'navigation')
    set(bar, 'aria-label', 'Conversations')
  })
  all('ul[data-sidebar="menu"]:has(> div)').forEach((list) => set(list, 'role', 'none'))
  all('#thread-history [data-sidebar="menu-item"]').forEach((item) => {
    const title = item.querySelector('.truncate')
    const button = item.querySelector('[data-sidebar="menu-button"]')
    const options = item.querySelector('#thread-options')
    const link = item.querySelector('a')
    if (!title || !button || !options || !link) return
    set(link, 'tabindex', '-1')
    set(link, 'role', 'group')
    set(link, 'aria-label', title.textContent)
    set(button, 'role', 'link')
    set(button, 'aria-label', title.textContent)
    if (button.dataset.active === 'true') set(button, 'aria-current', 'page')
    else button.removeAttribute('aria-current')
    set(options, 'role', 'button')
    set(options, 'tabindex', '0')
    set(options, 'aria-label', `Options of ${title.textContent}`)
  })
}

/* Who speaks; a paragraph is not an article of its own; and headings that are Chainlit's stand below the page's. */
function mendMessages() {
  all('[data-step-type="user_message"], [data-step-type="assistant_message"]').forEach((m) => set(m, 'role', 'article'))
  all('.message-content [role="article"]').forEach((paragraph) => set(paragraph, 'role', 'paragraph'))
  all('.ai-message h3[data-orientation]:not([aria-level])').forEach((heading) => set(heading, 'aria-level', '2'))
}

/* An item of a list stays one; what it says is told by its aria-live. */
function mendToasts() {
  all('li[data-sonner-toast][role]').forEach((toast) => toast.removeAttribute('role'))
}

function mendLogin() {
  all('div.min-h-svh:has(#password)').forEach((page) => set(page, 'role', 'main'))
  all('.refrain-skip').forEach((skip) => (skip.hidden = !document.getElementById('chat-input')))
}

function mendPanel() {
  all('[data-resize-handle][aria-controls]').forEach((handle) => {
    if (!document.getElementById(handle.getAttribute('aria-controls'))) handle.removeAttribute('aria-controls')
  })
  PANEL_TITLES.forEach((id) =>
    all(`:is(aside, [role="dialog"]):has(#${id})`).forEach((panel) => set(panel, 'aria-labelledby', id))
  )
  all('#side-view-content').forEach((content) => set(content, 'tabindex', '0'))
}

/* A button says what it does; and who has typed a name need not reach for the button. */
function mendDialogs() {
  const name = (dialog, word) => {
    const button = [...dialog.querySelectorAll('button')].find((one) => one.textContent === 'Confirm')
    const text = button && document.createTreeWalker(button, NodeFilter.SHOW_TEXT).nextNode()
    if (text) text.data = word
    return button
  }
  all('div:has(> #confirm-sidebar)').forEach((settings) => name(settings, 'Save'))
  all('[role="alertdialog"]').forEach((dialog) => name(dialog, 'Delete')?.classList.add('refrain-danger'))
  all('[role="dialog"]:has(input#name)').forEach((dialog) => {
    const button = name(dialog, 'Rename')
    if (!button) return
    dialog.querySelector('input#name').addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && !event.isComposing) button.click()
    })
  })
}

/* A profile that always runs one workflow is not asked: it is told what to work on. */
function mendPlaceholder() {
  const profile = document.getElementById('chat-profiles')
  all('#chat-input').forEach((box) => {
    box.dataset.plain ||= box.placeholder
    const name = profile ? profile.textContent : 'Ask'
    set(box, 'placeholder', name === 'Ask' ? box.dataset.plain : `What should ${name} work on?`)
  })
}

/* The way to all runs: the server opens their list beside the conversation, or beside none yet. */
const LIST =
  '<svg class="refrain-icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" ' +
  'stroke-linecap="round" aria-hidden="true"><path d="M8 6h13M8 12h13M8 18h13M3 6h.01M3 12h.01M3 18h.01"/></svg>'

/* What is said before the page is connected is not heard. */
const ASKED_AT_MOST = 8 // times
const ANSWERED_IN = 700 // milliseconds

function askForRuns(times) {
  const title = document.getElementById('side-view-title')
  if (!times || (title && title.textContent === 'Runs')) return
  window.postMessage('refrain:runs', location.origin)
  setTimeout(() => askForRuns(times - 1), ANSWERED_IN)
}

function addRuns() {
  const next = document.getElementById('readme-button')
  if (!next || document.getElementById('refrain-runs')) return
  const button = document.createElement('button')
  button.id = 'refrain-runs'
  button.type = 'button'
  button.innerHTML = `${LIST}<span>Runs</span>`
  button.setAttribute('aria-label', 'Runs')
  button.addEventListener('click', () => askForRuns(ASKED_AT_MOST))
  next.before(button)
}

/* Chainlit says the same whether nothing was found or nothing is there. */
function mendSearch() {
  all('[role="dialog"]:has([cmdk-empty])').forEach((dialog) => {
    const box = dialog.querySelector('input')
    const empty = dialog.querySelector('[cmdk-empty]')
    const text = empty.querySelector('span') || empty
    if (!box || !box.value.trim() || empty.querySelector('svg')) return
    if (text.textContent !== NOTHING_FOUND) text.textContent = NOTHING_FOUND
  })
}

function addSkipLink() {
  const header = document.createElement('header')
  const skip = document.createElement('a')
  skip.className = 'refrain-skip'
  skip.href = '#chat-input'
  skip.textContent = 'Skip to the message box'
  skip.addEventListener('click', (event) => {
    event.preventDefault()
    const box = document.getElementById('chat-input')
    if (box) box.focus()
  })
  const heading = document.createElement('h1')
  heading.className = 'sr-only'
  heading.textContent = 'Refrain'
  header.append(skip, heading)
  document.body.prepend(header)
}

const MENDS = [
  nameThings,
  mendSidebar,
  mendMessages,
  mendToasts,
  mendLogin,
  mendPanel,
  mendSearch,
  mendDialogs,
  mendPlaceholder,
  addRuns
]
const FOLLOWERS = [watchPanels, returnFromCommands, watchScroll, announce, returnToAddress, keepAddress, nameTab, tellMissing]

const run = (all) => all.forEach((each) => each())

const addsElements = (change) => [...change.addedNodes].some((node) => node.nodeType === Node.ELEMENT_NODE)

/* Nobody meets an element before it is mended; what follows from a change waits until the change is drawn. */
function start() {
  addSkipLink()
  run([...MENDS, ...FOLLOWERS])
  let asked = false
  const watched = { subtree: true, childList: true, attributes: true, attributeFilter: ['data-state', 'data-active'] }
  new MutationObserver((changes) => {
    if (changes.some(addsElements)) run(MENDS)
    if (asked) return
    asked = true
    requestAnimationFrame(() => {
      asked = false
      run([...MENDS, ...FOLLOWERS])
    })
  }).observe(document.body, watched)
}

start()
