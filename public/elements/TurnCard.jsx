import { memo, useEffect, useRef, useState } from 'react'
import { useRecoilValue, useSetRecoilState } from 'recoil'
import { elementState, messagesState, sideViewState } from '@chainlit/react-client'
import {
  Check,
  ChevronDown,
  Circle,
  Download,
  GitCompare,
  History,
  ListTree,
  Loader2,
  Minus,
  Pause,
  RotateCw,
  Rows3,
  Square,
  X
} from 'lucide-react'
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuLabel,
  DropdownMenuSeparator,
  DropdownMenuTrigger
} from '@/components/ui/dropdown-menu'

const { count, kept, lasting, tokens } = window.refrain

const STATES = {
  waiting: { icon: Circle, word: 'to come' },
  running: { icon: Loader2, word: 'running' },
  done: { icon: Check, word: 'done' },
  failed: { icon: X, word: 'failed' },
  skipped: { icon: Minus, word: 'skipped' },
  stopped: { icon: Pause, word: 'stopped' }
}
const ENDS = { cancelled: 'Stopped', failed: 'Failed', interrupted: 'Interrupted', paused: 'Waiting for you' }
const WORKING = ['queued', 'working', 'answering', 'running']
const BUTTON_ICONS = { stop: Square, resume: RotateCw, again: RotateCw, recall: History }
const FEW_STEPS = 4 // so many stand beside each other; more are folded into a line

function useNow(every) {
  const [now, setNow] = useState(Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), every)
    return () => clearInterval(timer)
  }, [every])
  return now
}

function Elapsed({ since }) {
  const now = useNow(500)
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

/* Opens one of the panels beside the conversation; the element's id is new, so that the panel begins anew. */
function useOpenPanel() {
  const openSide = useSetRecoilState(sideViewState)
  return (name, title, panelProps) => {
    kept.set('opener', document.activeElement)
    const element = { type: 'custom', name, id: `${name}-${Date.now()}`, props: panelProps, display: 'side', url: '' }
    openSide({ title, elements: [element] })
  }
}

// The panel fetches its text after it has opened; the marked passage may be far down.
const showMarked = (tries) =>
  setTimeout(() => {
    const marked = document.querySelector('#side-view-content del')
    if (marked) marked.scrollIntoView({ block: 'center' })
    else if (tries > 1) showMarked(tries - 1)
  }, 150)

// A chip of the answer opens its step in the side panel, where the page alone would leave the conversation.
function useChips(anchor, elements) {
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

const isOver = (step) => step.state === 'done' || step.state === 'skipped'

function summary(run) {
  const all = run.total != null ? run.total : run.steps.length
  const seconds = run.seconds != null ? run.seconds : run.steps.reduce((sum, step) => sum + (step.seconds || 0), 0)
  return `${count(all, 'step')}, ${lasting(seconds)}`
}

/* What a run at work is at, on one line. */
function progressOf(run) {
  const now = run.steps.filter((step) => step.state === 'running')
  const total = run.total != null ? run.total : run.steps.length
  const done = run.done != null ? run.done : run.steps.filter(isOver).length
  const round = now.map((step) => step.round).find(Boolean)
  const names = now.map((step) => step.name).join(', ') || run.workflow
  const since = run.started_at || run.steps.map((step) => step.started_at).find(Boolean)
  return { names, round: round ? `Round ${round}` : '', done, total, since }
}

function ProgressLine({ run, open, toggle, stepsId }) {
  const { names, round, done, total, since } = progressOf(run)
  const share = total ? Math.round((100 * done) / total) : 0
  return (
    <div className="refrain-progress">
      <button type="button" className="refrain-line" aria-expanded={open} aria-controls={stepsId} onClick={toggle}>
        <Loader2 className="refrain-icon refrain-turning" aria-hidden="true" />
        <span className="refrain-now">
          {names}
          {round ? <span className="refrain-round">{round}</span> : null}
        </span>
        <span className="refrain-figures">
          <span>
            {done} of {count(total, 'step')}
          </span>
          {since ? (
            <span>
              <Elapsed since={since} />
            </span>
          ) : null}
          {run.tokens ? <span>{tokens(run.tokens)}</span> : null}
        </span>
        <ChevronDown className="refrain-icon refrain-chevron" aria-hidden="true" />
      </button>
      <div
        className="refrain-bar"
        role="progressbar"
        aria-label={`Steps of ${run.workflow} done`}
        aria-valuemin={0}
        aria-valuemax={total}
        aria-valuenow={done}
      >
        <span style={{ width: `${share}%` }} />
      </div>
      <span className="sr-only" aria-live="polite">
        {`${names}${round ? `, ${round}` : ''}: ${done} of ${count(total, 'step')} done`}
      </span>
    </div>
  )
}

/* The steps of a run: a line while it works, pills when they are few, else a line to unfold. */
function RunSteps({ run, live }) {
  const name = `steps-${run.run_id}`
  const [open, setOpen] = useState(Boolean(kept.get(name)))
  const folded = live || run.steps.length > FEW_STEPS
  const toggle = () => {
    kept.set(name, !open)
    setOpen(!open)
  }
  const stepsId = `${name}-${props.bar ? 'bar' : 'card'}`
  return (
    <>
      {live ? <ProgressLine run={run} open={open} toggle={toggle} stepsId={stepsId} /> : null}
      {folded && !live ? (
        <button type="button" className="refrain-summary" aria-expanded={open} aria-controls={stepsId} onClick={toggle}>
          {summary(run)}
          <ChevronDown className="refrain-icon refrain-chevron" aria-hidden="true" />
        </button>
      ) : null}
      <ol
        id={stepsId}
        className="refrain-steps"
        data-folded={folded}
        hidden={folded && !open}
        aria-label={`Steps of ${run.workflow}`}
      >
        {run.steps.map((step, i) => (
          <StepLine key={step.path || i} step={step} />
        ))}
      </ol>
    </>
  )
}

function Quiet({ icon: QuietIcon, children, ...rest }) {
  return (
    <button type="button" className="refrain-quiet" {...rest}>
      <QuietIcon className="refrain-icon" aria-hidden="true" />
      {children}
    </button>
  )
}

const FORMATS = [
  ['md', 'Markdown'],
  ['json', 'JSON']
]

function exportLinks(runId, sessionId) {
  const parts = []
  if (runId) parts.push({ what: 'This run', address: `/refrain/runs/${encodeURIComponent(runId)}/export` })
  if (sessionId) {
    parts.push({ what: 'This conversation', address: `/refrain/sessions/${encodeURIComponent(sessionId)}/export` })
  }
  return parts.map((part) => ({
    ...part,
    links: FORMATS.map(([format, label]) => ({
      label,
      href: apiClient.buildEndpoint(`${part.address}?format=${format}`),
      name: `${part.what}, ${label}`
    }))
  }))
}

function ExportMenu({ runId, sessionId }) {
  const parts = exportLinks(runId, sessionId)
  return (
    <DropdownMenu modal={false}>
      <DropdownMenuTrigger asChild>
        <button type="button" className="refrain-quiet">
          <Download className="refrain-icon" aria-hidden="true" />
          Export
        </button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="start" className="refrain-menu">
        {parts.map((part, i) => (
          <div key={part.what}>
            {i ? <DropdownMenuSeparator /> : null}
            <DropdownMenuLabel className="refrain-menu-label">{part.what}</DropdownMenuLabel>
            {part.links.map((link) => (
              <DropdownMenuItem key={link.label} asChild>
                <a href={link.href} download aria-label={link.name}>
                  {link.label}
                </a>
              </DropdownMenuItem>
            ))}
          </div>
        ))}
      </DropdownMenuContent>
    </DropdownMenu>
  )
}

function ShowRun({ cites, open }) {
  if (cites.length < 2) {
    return (
      <Quiet icon={ListTree} onClick={() => open(cites[0])}>
        Show run
      </Quiet>
    )
  }
  return (
    <DropdownMenu modal={false}>
      <DropdownMenuTrigger asChild>
        <button type="button" className="refrain-quiet">
          <ListTree className="refrain-icon" aria-hidden="true" />
          Show run
          <ChevronDown className="refrain-icon" aria-hidden="true" />
        </button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="start" className="refrain-menu">
        {cites.map((id, i) => (
          <DropdownMenuItem key={id} onSelect={() => open(id)}>
            {i ? `Also cited, ${i + 1} of ${cites.length}` : 'Cited most'}
          </DropdownMenuItem>
        ))}
      </DropdownMenuContent>
    </DropdownMenu>
  )
}

/* What one can do with an answer: see the run behind it, what is new in it, take it along. */
function AnswerRow({ progress, openPanel }) {
  const { runs = [], cites = [], earlier, session_id: sessionId } = progress
  const own = runs.map((run) => run.run_id).reverse()
  const shown = own.length ? own : cites
  const open = (id) => {
    const run = runs.find((one) => one.run_id === id)
    openPanel('RunPanel', run ? run.workflow : 'Run', { run_id: id })
  }
  return (
    <div className="refrain-row" role="group" aria-label="About this answer">
      {shown.length ? <ShowRun cites={shown} open={open} /> : null}
      {earlier && own.length ? (
        <Quiet
          icon={GitCompare}
          onClick={() => openPanel('RunChanges', 'What changed', { run_id: own[0], since: earlier })}
        >
          What changed
        </Quiet>
      ) : null}
      {shown.length || sessionId ? <ExportMenu runId={shown[0]} sessionId={sessionId} /> : null}
    </div>
  )
}

// A turn that began after this page was opened, and a moment ago: no turn of the past that a page shows again.
const justNow = (at) => Date.parse(at) > performance.timeOrigin && Date.now() - Date.parse(at) < 10000

/* What a command asked to see: the runs, which open by themselves when the turn ended on this page; or the exports. */
function Opens({ opens, progress, startedAt, openPanel }) {
  const { runs = [], cites = [], session_id: sessionId } = progress
  const browse = () => openPanel('RunsBrowser', 'Runs', { filter: opens.filter || {} })
  useEffect(() => {
    const name = `opened-${props.turn}`
    if (opens.panel !== 'runs' || kept.get(name)) return
    kept.set(name, true)
    if (justNow(startedAt)) browse()
  }, [])
  if (opens.panel === 'runs') {
    return (
      <button type="button" className="refrain-button" onClick={browse}>
        <Rows3 className="refrain-icon" aria-hidden="true" />
        Open runs
      </button>
    )
  }
  const runId = runs.length ? runs[runs.length - 1].run_id : cites[0]
  return (
    <ul className="refrain-exports">
      {exportLinks(runId, sessionId).map((part) => (
        <li key={part.what}>
          <span>{part.what}</span>
          {part.links.map((link) => (
            <a key={link.label} className="refrain-button" href={link.href} download aria-label={link.name}>
              <Download className="refrain-icon" aria-hidden="true" />
              {link.label}
            </a>
          ))}
        </li>
      ))}
    </ul>
  )
}

const Card = memo(function Card({ progress, startedAt }) {
  const anchor = useRef(null)
  const elements = useRecoilValue(elementState)
  const openPanel = useOpenPanel()
  useChips(anchor, elements)
  const { state, note, runs = [], buttons = [], opens } = progress
  const bar = Boolean(props.bar)
  const working = WORKING.includes(state)
  const running = runs.flatMap((run) => run.steps).find((step) => step.state === 'running')
  const box = useBoxWhenAway(anchor, !bar && (state === 'running' || state === 'answering'))
  // A run's answer stands below its steps, and has a card of its own with what one can do with it.
  const belowAnswer = !bar && elements.some((e) => e.name === 'TurnCard' && e.props.bar && e.props.turn === props.turn)
  const last = runs[runs.length - 1]
  const live = (i) => state === 'running' && i === runs.length - 1
  const over = (state === 'completed' || state in ENDS) && !belowAnswer
  const row = over && (runs.length > 0 || (progress.cites || []).length > 0)
  const opened = opens && over && state === 'completed'
  const shown = bar ? row || opened : runs.length > 0 || buttons.length > 0 || note || ENDS[state] || row || opened
  return (
    <div
      ref={anchor}
      className="refrain-card"
      data-state={state}
      data-turn={bar ? undefined : props.turn}
      data-session={progress.session_id}
      data-began={startedAt}
      hidden={!shown}
    >
      {bar ? null : runs.map((run, i) => <RunSteps key={run.run_id} run={run} live={live(i)} />)}
      {!bar && ENDS[state] ? (
        <span className="refrain-end" data-state={state}>
          {ENDS[state]}
        </span>
      ) : null}
      {!bar && working && state === 'running' && runs.length ? (
        <Quiet
          icon={ListTree}
          onClick={() => openPanel('RunPanel', last.workflow, { run_id: last.run_id })}
        >
          Show steps
        </Quiet>
      ) : null}
      {bar ? null : buttons.map((button) => <CardButton key={button.name} button={button} />)}
      {!bar && note ? <p className="refrain-note">{note}</p> : null}
      {opened ? <Opens opens={opens} progress={progress} startedAt={startedAt} openPanel={openPanel} /> : null}
      {row ? <AnswerRow progress={progress} openPanel={openPanel} /> : null}
      {box ? (
        <div className="refrain-floating" style={box}>
          {running ? <StepLine step={running} /> : null}
          {buttons
            .filter((button) => button.name === 'stop')
            .map((button) => (
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
  return <Card progress={(turn && turn.metadata) || NOTHING} startedAt={turn && turn.createdAt} />
}
