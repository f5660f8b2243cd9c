/* Runs before anything is drawn, so that the page has its colours from the first moment.
   Who has not chosen a theme gets the one of their system.
   Signing in leads away from the conversation that was asked for: its address is kept, address.js goes back there. */
(() => {
  if (location.pathname.startsWith('/thread/')) sessionStorage.setItem('refrain-address', location.pathname)
  const KEY = 'vite-ui-theme'
  const chosen = localStorage.getItem(KEY)
  if (!chosen) localStorage.setItem(KEY, 'system')
  const dark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  const variant = dark ? 'dark' : 'light'
  const page = document.documentElement
  page.classList.add(variant)
  Object.entries((window.theme && window.theme[variant]) || {}).forEach(([name, value]) =>
    page.style.setProperty(name, value)
  )
})()
