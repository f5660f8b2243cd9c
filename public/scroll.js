/* Where the conversation stands. After a question is sent, and when a conversation is opened, its last question is at
   the top and stays there while the answer grows below it; what a person scrolls to stays when the page gets narrower. */
const GAP = 20 // pixels above the question
const NEAR = 24 // pixels below the edge that nobody misses
const SMOOTH_FOR = 600 // milliseconds

const HANDS = ['wheel', 'touchmove', 'pointerdown']
const KEYS = ['ArrowUp', 'ArrowDown', 'PageUp', 'PageDown', 'Home', 'End', ' ']

let scroller = null // the element that scrolls
let stays = '' // what is kept in place while it grows: the 'question', the 'end', or nothing
let asked = '' // the conversation and the number of its questions
let gliding = 0 // the time until which the page scrolls by itself
let place = null // what was at the top, and how far from it
let width = 0

const sizes = new ResizeObserver(settle)
let watched = new Set()

const found = () => {
  const step = document.querySelector('#root .overflow-y-auto > .overflow-y-auto [data-step-type]')
  return step ? step.closest('.overflow-y-auto') : null
}

const questions = () => scroller.querySelectorAll('[data-step-type="user_message"]')

const within = (element, edge) =>
  element.getBoundingClientRect()[edge] - scroller.getBoundingClientRect().top + scroller.scrollTop

function parts() {
  const last = [...questions()].pop()
  const content = scroller.firstElementChild
  const end = last && within(last.parentElement.lastElementChild, 'bottom')
  return { last, content, spacer: content.nextElementSibling, end }
}

/* The empty space below the last turn: as much as its question needs to get to the top, and no more. */
function fit({ last, content, spacer, end }) {
  const padding = parseFloat(getComputedStyle(content).paddingBottom) || 0
  const space = Math.max(0, within(last, 'top') - GAP + scroller.clientHeight - end - padding)
  const height = `${Math.round(space)}px`
  if (spacer.style.height !== height) spacer.style.height = height
}

const topOf = (last) => Math.max(0, within(last, 'top') - GAP)

function keepPlace() {
  const { left, top, width: wide } = scroller.getBoundingClientRect()
  const element = document.elementFromPoint(left + wide / 2, top + GAP + 10)
  place = element && scroller.contains(element) ? { element, from: element.getBoundingClientRect().top - top } : null
}

function returnToPlace() {
  if (!place || !place.element.isConnected) return
  const { top } = scroller.getBoundingClientRect()
  scroller.scrollTop += place.element.getBoundingClientRect().top - top - place.from
}

function tellMore() {
  const more = parts().end - scroller.scrollTop - scroller.clientHeight > NEAR
  const told = document.documentElement.classList
  if (more === told.contains('refrain-below')) return
  told.toggle('refrain-below', more)
  // Chainlit looks whether there is more only when something has scrolled.
  if (more) scroller.dispatchEvent(new Event('scroll'))
}

function settle() {
  if (!scroller || !scroller.isConnected) return
  const all = parts()
  if (!all.last) return
  fit(all)
  const narrower = width && width !== scroller.clientWidth
  width = scroller.clientWidth
  if (Date.now() >= gliding) {
    if (stays === 'question') scroller.scrollTop = topOf(all.last)
    else if (stays === 'end') scroller.scrollTop = scroller.scrollHeight
    else if (narrower) returnToPlace()
  }
  tellMore()
}

function glide(top) {
  gliding = Date.now() + SMOOTH_FOR
  const calm = matchMedia('(prefers-reduced-motion: reduce)').matches
  scroller.scrollTo({ top, behavior: calm ? 'auto' : 'smooth' })
  setTimeout(settle, SMOOTH_FOR)
}

const letGo = () => {
  stays = ''
  gliding = 0
}

function scrolled() {
  if (!scroller.isConnected || !parts().last) return
  tellMore()
  keepPlace()
}

function take(element) {
  scroller = element
  width = 0
  HANDS.forEach((hand) => element.addEventListener(hand, letGo, { passive: true }))
  element.addEventListener('keydown', (event) => KEYS.includes(event.key) && letGo())
  element.addEventListener('focusin', letGo)
  element.addEventListener('scroll', scrolled, { passive: true })
  element.parentElement.addEventListener('click', (event) => {
    if (!element.contains(event.target) && event.target.closest('button')) stays = 'end'
  })
}

/* Called after every change of the page. */
export function watchScroll() {
  const element = found()
  if (!element) {
    asked = ''
    document.documentElement.classList.remove('refrain-below')
    return
  }
  if (element !== scroller) take(element)
  const { last } = parts()
  if (!last) return
  const now = [element, ...last.parentElement.children]
  now.forEach((part) => watched.has(part) || sizes.observe(part))
  watched.forEach((part) => now.includes(part) || sizes.unobserve(part))
  watched = new Set(now)
  const count = questions().length
  const [before, path] = asked.split(' ')
  if (Number(before) === count && path === location.pathname) return
  const isNew = asked && (path === location.pathname || path === '/') && count > Number(before)
  asked = `${count} ${location.pathname}`
  stays = 'question'
  const all = parts()
  fit(all)
  if (isNew) glide(topOf(all.last))
  else settle()
}
