/* What the elements of the page share: figures and times as people say them, text made safe, calls of our routes.
   The page loads it once; public/elements/shared/refrain.jsx gives it to them. */
window.refrain = (() => {
  const UNITS = [
    [86400 * 60, 86400 * 30, 'month'],
    [86400, 86400, 'day'],
    [3600, 3600, 'h'],
    [60, 60, 'min']
  ]

  const figure = (number) => number.toLocaleString('en-US')

  const count = (number, noun) => `${figure(number)} ${noun}${number === 1 ? '' : 's'}`

  const lasting = (seconds) => {
    if (seconds < 0.0005) return '< 0.1 s'
    if (seconds < 0.0995) return `${Math.round(seconds * 1000)} ms`
    if (seconds < 9.95) return `${seconds.toFixed(1)} s`
    const whole = Math.round(seconds)
    if (whole < 60) return `${whole} s`
    if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
    return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
  }

  const ago = (then) => {
    const seconds = Math.max(0, Math.floor((Date.now() - Date.parse(then)) / 1000))
    const unit = UNITS.find(([from]) => seconds >= from)
    if (!unit) return 'just now'
    const number = Math.floor(seconds / unit[1])
    return `${number} ${unit[2]}${number > 1 && unit[2].length > 3 ? 's' : ''} ago`
  }

  const moment = (then) =>
    new Date(then).toLocaleString('en-GB', { dateStyle: 'long', timeStyle: 'short' }).replace(' at ', ', ')

  /* The day without what goes without saying: the year, when it is this one. */
  const when = (then) => {
    const at = new Date(then)
    const year = at.getFullYear() === new Date().getFullYear() ? undefined : 'numeric'
    const day = at.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year })
    return `${day}, ${at.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })}`
  }

  const tokens = (number) => count(number, 'token')

  const cost = (amount) => (amount === 0 ? '$0' : `$${amount.toFixed(amount < 0.01 ? 4 : 2)}`)

  /* As chat/markdown.py does it: images would be fetched from elsewhere, and `:name` is taken for a directive. */
  const FENCE = /^\s{0,3}(?:[-*>]\s+|\d+\.\s+)*(?:```|~~~)/
  const DIRECTIVE = /(`+)[^`].*?\1|https?:\/\/\S+|:+(?=[A-Za-z])/g
  const safe = (text) => {
    let fenced = false
    return text
      .split('\n')
      .map((line) => {
        const fence = FENCE.test(line)
        const plain = line.replaceAll('\u200b', '').replace(/!+\[(\]\()?/g, (_, bare) => (bare ? '[image](' : '['))
        const made = fenced || fence ? plain : plain.replace(DIRECTIVE, (m) => (m[0] === ':' ? `${m}\u2060` : m))
        if (fence) fenced = !fenced
        return made
      })
      .join('\n')
  }

  /* What a route answers; the error's `status` is 0 when the server could not be reached. */
  const get = async (address, signal) => {
    let response
    try {
      response = await fetch(address, { credentials: 'include', signal })
    } catch (error) {
      if (error.name === 'AbortError') throw error
      throw Object.assign(new Error('The server cannot be reached.'), { status: 0 })
    }
    if (!response.ok) throw Object.assign(new Error(response.statusText), { status: response.status })
    return response.json()
  }

  /* The page draws elements anew whenever one arrives; what must outlive that is kept here, by name. */
  const kept = new Map()

  return { figure, count, lasting, ago, moment, when, tokens, cost, safe, get, kept }
})()
