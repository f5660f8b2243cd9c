/* The connection to the server, as the page's socket has it: tells when it is lost, until it is there again, and says
   once more what was said as it broke. Runs before the page opens its socket. The page itself goes on looking as if
   work went on in it, does not notice when a message has got lost on the way, and leaves for the sign-in, which it
   cannot reach either, when it could not ask who is signed in. */
;(() => {
  const PATIENCE = 800 // milliseconds: the page also changes its connection on purpose, with each conversation
  const PAUSE = 2000 // milliseconds until the server is asked again who is signed in
  const LINE = 'Connection lost. Reconnecting…'
  const Socket = window.WebSocket
  const open = new Set()
  const unheard = new Map() // messages that the server has not shown yet, by id, with the session they belong to
  let waiting
  let leaving = false

  const line = () => {
    const made = document.createElement('div')
    made.id = 'refrain-connection'
    made.className = 'refrain-notice'
    made.setAttribute('role', 'status')
    made.innerHTML = '<span class="refrain-connection-mark" aria-hidden="true"></span><p></p>'
    document.body.append(made)
    return made
  }

  const tell = (lost) => {
    const shown = document.getElementById('refrain-connection') || (lost && line())
    if (!shown) return
    shown.hidden = !lost
    document.documentElement.classList.toggle('refrain-away', lost)
    shown.querySelector('p').textContent = lost ? LINE : ''
  }

  const look = () => {
    clearTimeout(waiting)
    if (open.size && navigator.onLine) tell(false)
    else if (!leaving) waiting = setTimeout(() => tell(true), navigator.onLine ? PATIENCE : 0)
  }

  /* Socket.IO writes `40{…}` to connect and `42["event",{…}]` for everything else. */
  const starts = (data, beginning) => typeof data === 'string' && data.startsWith(beginning)

  class Watched extends Socket {
    constructor(...given) {
      super(...given)
      if (!String(given[0]).includes('/ws/socket.io')) return
      this.addEventListener('open', () => {
        open.add(this)
        look()
      })
      this.addEventListener('close', () => open.delete(this) && look())
      this.addEventListener('message', ({ data }) => this.hear(data))
    }

    send(data) {
      if (starts(data, '40{')) this.session = JSON.parse(data.slice(2)).sessionId
      if (starts(data, '42["client_message"')) {
        unheard.set(JSON.parse(data.slice(2))[1].message.id, { session: this.session, data })
      }
      super.send(data)
    }

    hear(data) {
      if (!unheard.size) return
      const shows = starts(data, '42["new_message"') || starts(data, '42["resume_thread"')
      if (shows) unheard.forEach((_, id) => data.includes(`"id":"${id}"`) && unheard.delete(id))
      // The server has told a page that comes back all it knows: what is not in it was not heard.
      const isNew = !location.pathname.includes('/thread/')
      if (starts(data, isNew ? '42["clear_call_fn"' : '42["resume_thread"')) this.repeat()
    }

    repeat() {
      unheard.forEach(({ session, data }) => session === this.session && super.send(data))
    }
  }

  window.WebSocket = Watched

  const ask = window.fetch.bind(window)
  const asks = (what, path) => new URL(what.url || what, location.href).pathname.endsWith(path)
  const pause = () => new Promise((resolve) => setTimeout(resolve, PAUSE))

  /* Only an answer tells that nobody is signed in: silence, or a server in trouble, does not. */
  async function askUntilTold(...given) {
    for (;;) {
      const told = await ask(...given).catch(() => null)
      if (told && told.status < 500) return told
      await pause()
    }
  }

  window.fetch = async (...given) => {
    if (asks(given[0], '/user')) return askUntilTold(...given)
    // Before it connects, the page asks for a cookie that leads to the same server each time. There is but one; and
    // while it waits, the connection of the conversation before can come to take the place of the new one.
    if (asks(given[0], '/set-session-cookie')) return new Response('{}', { headers: { 'Content-Type': 'application/json' } })
    return ask(...given)
  }
  /* What the page could not fetch meanwhile, it fetches when it is asked again. */
  new MutationObserver(() =>
    document.querySelectorAll('[data-sonner-toast]:not([data-offline])').forEach((toast) => {
      if (/Failed to fetch|NetworkError/.test(toast.textContent)) toast.dataset.offline = ''
    })
  ).observe(document, { childList: true, subtree: true })
  window.addEventListener('offline', look)
  window.addEventListener('online', look)
  window.addEventListener('pagehide', () => {
    leaving = true
    clearTimeout(waiting)
  })
  window.addEventListener('pageshow', () => (leaving = false))
})()
