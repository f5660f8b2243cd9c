import { useContext, useEffect, useState } from 'react'
import { Loader2 } from 'lucide-react'
import { Icon } from '../shared/icon'
import { kept } from '../shared/refrain'
import { Form } from './form'

const SLOW = 10000 // milliseconds after which "Going on" wants a word more

export function Standing() {
  const { busy, problem } = useContext(Form)
  const [slow, setSlow] = useState(false)
  useEffect(() => {
    setSlow(false)
    if (busy !== 'taken') return undefined
    const timer = setTimeout(() => setSlow(true), SLOW)
    return () => clearTimeout(timer)
  }, [busy])
  return (
    <div className="refrain-standing" aria-live="polite">
      {busy ? (
        <p className="refrain-going">
          <Icon of={Loader2} />
          Going on…
        </p>
      ) : null}
      {slow ? <p>Your answer was taken. If nothing moves here, reload the page.</p> : null}
      {problem ? (
        <div className="refrain-told" role="alert">
          <span>{problem.text}</span>
          {problem.reload ? (
            <button type="button" className="refrain-press" data-look="plain" onClick={() => window.location.reload()}>
              Reload the page
            </button>
          ) : null}
        </div>
      ) : null}
    </div>
  )
}

// How it stands with an answer. The form may be drawn anew while the answer is on its way: the new one is told.
const STILL = { busy: '', errors: {}, problem: null }
const STANDING = 'refrain-standing'

export function useStanding(key) {
  const name = `${key}:standing`
  const [standing, setStanding] = useState(() => kept.get(name) || STILL)
  useEffect(() => {
    const look = () => setStanding(kept.get(name) || STILL)
    window.addEventListener(STANDING, look)
    look()
    return () => window.removeEventListener(STANDING, look)
  }, [name])
  const stand = (change) => {
    kept.set(name, { ...(kept.get(name) || STILL), ...change })
    window.dispatchEvent(new Event(STANDING))
  }
  return [standing, stand]
}
