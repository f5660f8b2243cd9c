import { memo, useEffect, useRef, useState } from 'react'
import { useRecoilValue, useSetRecoilState } from 'recoil'
import { elementState, messagesState, sideViewState } from '@chainlit/react-client'
import { Check, Circle, History, Loader2, Minus, Pause, RotateCw, Square, X } from 'lucide-react'

const lasting = (seconds) => {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`
}

const STATES = {
  waiting: { icon: Circle, word: 'to come' },
  running: { icon: Loader2, word: 'running' },
  done: { icon: Check, word: 'done' },
  failed: { icon: X, word: 'failed' },
  skipped: { icon: Minus, word: 'skipped' },
  stopped: { icon: Pause, word: 'stopped' }
}
const ENDS = { cancelled: 'Stopped', failed: 'Failed', interrupted: 'Interrupted', paused: 'Waiting for you' }
const BUTTON_ICONS = { stop: Square, resume: RotateCw, again: RotateCw, recall: History }

function Elapsed({ since }) {
  const [now, setNow] = useState(Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500)
    return () => clearInterval(timer)
  }, [])
  return <span className="refrain-seconds">{lasting(Math.max(0, (now - Date.parse(since)) / 1000))}</span>
}

function StepLine({ step }) {
  const { icon: StateIcon, word } = STATES[step.state] || STATES.waiting
  return (
    <li className="refrain-step" data-state={step.state}>
      <StateIcon className="refrain-icon" aria-hidden="true" />
      <span>{step.name}</span>
      <span className="sr-only">{word}</span>
      {step.state === 'running' && step.started_at ? <Elapsed since={step.started_at} /> : null}
      {step.state !== 'running' && step.seconds != null ? (
        <span className="refrain-seconds">{lasting(step.seconds)}</span>
      ) : null}
    </li>
  )
}

function CardButton({ button }) {
  const [pressed, setPressed] = useState(false)
  const ButtonIcon = BUTTON_ICONS[button.name]
  const press = async () => {
    setPressed(true)
    try {
      await callAction({ name: button.name, payload: button.payload })
    } finally {
      setTimeout(() => setPressed(false), 1500)
    }
  }
  return (
    <button type="button" className="refrain-button" data-button={button.name} disabled={pressed} onClick={press}>
      {ButtonIcon ? <ButtonIcon className="refrain-icon" aria-hidden="true" /> : null}
      {button.label}
    </button>
  )
}

// The panel fetches its text after it has opened; the marked passage may be far down.
const showMarked = (tries) =>
  setTimeout(() => {
    const marked = document.querySelector('#side-view-content del')
    if (marked) marked.scrollIntoView({ block: 'center' })
    else if (tries > 1) showMarked(tries - 1)
  }, 150)

// A chip of the answer opens its step in the side panel, where the page alone would leave the conversation.
function useChips(anchor) {
  const elements = useRecoilValue(elementState)
  const openSide = useSetRecoilState(sideViewState)
  useEffect(() => {
    const message = anchor.current && anchor.current.closest('.ai-message')
    if (!message) return undefined
    const open = (event) => {
      const link = event.target.closest('a.element-link')
      const chip = link && elements.find((e) => e.forId === props.answer && e.name === link.textContent)
      if (!chip) return
      event.preventDefault()
      event.stopPropagation()
      const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || ''
      const url = `${chip.url}&zone=${encodeURIComponent(zone)}`
      openSide({ title: chip.name, elements: [{ ...chip, url, display: 'side' }] })
      showMarked(20)
    }
    message.addEventListener('click', open, true)
    return () => message.removeEventListener('click', open, true)
  }, [elements])
}

// While the card is scrolled away, what it says about the running step floats above the message box.
function useBoxWhenAway(anchor, active) {
  const [box, setBox] = useState(null)
  useEffect(() => {
    if (!active || !anchor.current) {
      setBox(null)
      return undefined
    }
    let away = false
    const place = () => {
      const composer = document.getElementById('message-composer')
      if (!away || !composer) return setBox(null)
      const { top, right } = composer.getBoundingClientRect()
      return setBox({ bottom: window.innerHeight - top + 10, right: window.innerWidth - right })
    }
    const seen = new IntersectionObserver((entries) => {
      away = !entries[entries.length - 1].isIntersecting
      place()
    })
    const timer = setInterval(place, 500)
    seen.observe(anchor.current)
    return () => {
      seen.disconnect()
      clearInterval(timer)
    }
  }, [active])
  return box
}

const Card = memo(function Card({ progress }) {
  const anchor = useRef(null)
  useChips(anchor)
  const { state, note, runs = [], buttons = [] } = progress
  const running = runs.flatMap((run) => run.steps).find((step) => step.state === 'running')
  const box = useBoxWhenAway(anchor, state === 'running' || state === 'answering')
  const shown = runs.length > 0 || buttons.length > 0 || note || ENDS[state]
  return (
    <div ref={anchor} className="refrain-card" data-state={state} hidden={!shown}>
      {runs.map((run) => (
        <ol key={run.run_id} className="refrain-steps" aria-label={`Steps of ${run.workflow}`}>
          {run.steps.map((step, i) => (
            <StepLine key={i} step={step} />
          ))}
        </ol>
      ))}
      {ENDS[state] ? <span className="refrain-end" data-state={state}>{ENDS[state]}</span> : null}
      {buttons.map((button) => (
        <CardButton key={button.name} button={button} />
      ))}
      {note ? <p className="refrain-note">{note}</p> : null}
      {box ? (
        <div className="refrain-floating" style={box}>
          {running ? <StepLine step={running} /> : null}
          {buttons.filter((button) => button.name === 'stop').map((button) => (
            <CardButton key={button.name} button={button} />
          ))}
        </div>
      ) : null}
    </div>
  )
})

const NOTHING = {}

// How far the turn is stands in the metadata of its step, which changes far less often than the text around it.
export default function TurnCard() {
  const turn = useRecoilValue(messagesState).find((message) => message.id === props.turn)
  return <Card progress={(turn && turn.metadata) || NOTHING} />
}
