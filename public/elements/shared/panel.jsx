import { useEffect, useRef } from 'react'
import { useRecoilState, useRecoilValue } from 'recoil'
import { elementState, sideViewState } from '@chainlit/react-client'
import { ArrowLeft } from 'lucide-react'
import { Quiet } from './buttons'
import { useOpenPanel } from './opening'
import { kept } from './refrain'

// Chainlit closes the side panel when an element arrives anywhere on the page; this one is opened again at once.
function useKeptOpen(title) {
  const elements = useRecoilValue(elementState)
  const [side, setSide] = useRecoilState(sideViewState)
  const open = useRef(side)
  const before = useRef(elements)
  useEffect(() => {
    if (side) open.current = side
  }, [side])
  useEffect(() => {
    if (before.current === elements) return
    before.current = elements
    setSide((now) => now || open.current)
  }, [elements])
  useEffect(() => {
    if (side && title && side.title !== title) setSide({ ...side, title })
  }, [side, title])
  return () => {
    setSide(undefined)
    const opener = kept.get('opener')
    if (opener && opener.isConnected) opener.focus()
  }
}

/* Leads back to the panel that this one was opened from; `words` say what it is called, by its name. */
function Back({ to, words }) {
  const openPanel = useOpenPanel()
  return (
    <Quiet icon={ArrowLeft} onClick={() => openPanel(to.name, to.title, to.props)}>
      {words[to.name]}
    </Quiet>
  )
}

/* A panel beside the conversation: it has the focus when it opens, and Escape closes it. */
export function Panel({ label, title, backWords, children }) {
  const close = useKeptOpen(title)
  const top = useRef(null)
  useEffect(() => {
    if (top.current) top.current.focus({ preventScroll: true })
  }, [])
  const escape = (event) => {
    if (event.key === 'Escape' && !event.defaultPrevented && event.target.type !== 'search') close()
  }
  return (
    <div className="refrain-panel" ref={top} tabIndex={-1} role="region" aria-label={label} onKeyDown={escape}>
      {props.back ? <Back to={props.back} words={backWords} /> : null}
      {children}
    </div>
  )
}
