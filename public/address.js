/* The address and the title of the tab, and what to say when an address leads nowhere. */

/* Chainlit gives a new conversation its address from the list of conversations, which a phone does not show. */
export function keepAddress() {
  const card = document.querySelector('.refrain-card[data-session]')
  if (!card || location.pathname !== '/' || document.getElementById('thread-history')) return
  goTo(`/thread/${card.dataset.session}`)
}

function goTo(path) {
  history.replaceState(history.state, '', path)
  dispatchEvent(new PopStateEvent('popstate', { state: history.state }))
}

/* Once somebody is signed in: to the conversation they asked for before. */
export function returnToAddress() {
  const path = sessionStorage.getItem('refrain-address')
  if (!path || !document.getElementById('user-nav-button')) return
  sessionStorage.removeItem('refrain-address')
  if (location.pathname === '/') goTo(path)
}

export function nameTab() {
  const current = document.querySelector('#thread-history [data-active="true"] .truncate')
  const title = current && location.pathname !== '/' ? `${current.textContent} · Refrain` : 'Refrain'
  if (document.title !== title) document.title = title
}

const MISSING = "Couldn't resume chat"
const SAID_IN_THE_FORM = 'Unauthorized: '
const NOTICE = 'This conversation was deleted, or belongs to another account. Ask something new, or choose one from the list.'

/* An address that leads nowhere ends on the welcome screen: say why, until the person goes on. */
export function tellMissing() {
  document.querySelectorAll('[data-sonner-toast]').forEach((toast) => {
    if (toast.hidden) return
    if (toast.textContent.startsWith(MISSING)) showNotice()
    else if (location.pathname !== '/login' || !toast.textContent.startsWith(SAID_IN_THE_FORM)) return
    toast.hidden = true
  })
  const notice = document.getElementById('refrain-notice')
  if (notice && !['/', notice.dataset.address].includes(location.pathname)) notice.remove()
}

function showNotice() {
  if (document.getElementById('refrain-notice')) return
  const notice = document.createElement('div')
  notice.id = 'refrain-notice'
  notice.className = 'refrain-notice'
  notice.dataset.address = location.pathname
  notice.setAttribute('role', 'alert')
  const text = document.createElement('p')
  text.textContent = NOTICE
  const close = document.createElement('button')
  close.type = 'button'
  close.className = 'refrain-button'
  close.textContent = 'All right'
  close.addEventListener('click', () => notice.remove())
  notice.append(text, close)
  const { left, right } = (document.querySelector('main') || document.body).getBoundingClientRect()
  notice.style.left = `${(left + right) / 2}px`
  document.body.append(notice)
}
