import { kept } from '../shared/refrain'

// The form takes the focus when nobody is typing elsewhere, and takes it back when the page was drawn anew.
export const takeFocus = (form, key, fill, moves) => {
  const active = document.activeElement
  const composer = document.getElementById('chat-input')
  const idle = active === composer && composer && !(composer.value || composer.textContent || '').trim()
  if (active && active !== document.body && !idle) return
  const before = kept.get(key)
  const named = before && form.querySelector(`[name="${CSS.escape(before)}"]`)
  const first = fill && window.matchMedia('(pointer: fine)').matches && form.querySelector('input, select, textarea')
  const target = named || first || form
  target.focus({ preventScroll: true })
  if (moves && !named) form.scrollIntoView({ block: 'nearest' })
}
