import { useContext, useEffect, useRef } from 'react'
import { Icon } from '../shared/icon'
import { Form } from './form'

export function Press({ icon, main, quiet, send, onPress, children }) {
  const { busy } = useContext(Form)
  const look = main ? 'main' : quiet ? 'quiet' : 'plain'
  return (
    <button
      type={send ? 'submit' : 'button'}
      className="refrain-press"
      data-look={look}
      disabled={Boolean(busy)}
      onClick={onPress}
    >
      {icon ? <Icon of={icon} /> : null}
      <span>{children}</span>
    </button>
  )
}

// A no that ends the run is asked about once more, as it cannot be taken back.
export function End({ word, children }) {
  const { answer, entry, enter } = useContext(Form)
  const asked = useRef(null)
  useEffect(() => {
    if (asked.current) asked.current.scrollIntoView({ block: 'nearest' })
  }, [entry.ending])
  if (!entry.ending) {
    return (
      <Press quiet onPress={() => enter({ ending: true })}>
        {word}
      </Press>
    )
  }
  return (
    <div ref={asked} className="refrain-ending" role="group" aria-label={word}>
      <p>{children}</p>
      <Press onPress={() => answer({ approve: false })}>Yes, end the run</Press>
      <Press quiet onPress={() => enter({ ending: false })}>
        Keep it waiting
      </Press>
    </div>
  )
}

export function Cancel() {
  return <End word="Cancel the run">This ends the run here. What it has done so far is kept.</End>
}
