import { memo, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useRecoilState, useRecoilValue, useSetRecoilState } from 'recoil'
import { elementState, messagesState, sideViewState } from '@chainlit/react-client'
import {
  ArrowLeft,
  Ban,
  Check,
  ChevronDown,
  ChevronRight,
  Circle,
  CircleAlert,
  Download,
  ExternalLink,
  GitBranch,
  GitCompare,
  Loader2,
  MessageCircleQuestion,
  Minus,
  Pause,
  RotateCw,
  Search,
  ThumbsDown,
  ThumbsUp,
  Trash2,
  X
} from 'lucide-react'
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuTrigger
} from '@/components/ui/dropdown-menu'
import { Markdown } from '@/components/markdown'

const { ago, cost, count, figure, get, kept, lasting, moment, safe, tokens } = window.refrain

const STATUS = {
  running: { icon: Loader2, word: 'Running' },
  completed: { icon: Check, word: 'Completed' },
  failed: { icon: X, word: 'Failed' },
  paused: { icon: MessageCircleQuestion, word: 'Waiting for you' },
  cancelled: { icon: Ban, word: 'Stopped' },
  interrupted: { icon: CircleAlert, word: 'Interrupted' }
}
const STATES = {
  waiting: { icon: Circle, word: 'to come' },
  running: { icon: Loader2, word: 'running' },
  done: { icon: Check, word: 'done' },
  failed: { icon: X, word: 'failed' },
  skipped: { icon: Minus, word: 'skipped' },
  stopped: { icon: Ban, word: 'stopped' },
  paused: { icon: Pause, word: 'waiting for you' }
}
const BACK = { RunsBrowser: 'All runs', RunPanel: 'The run before', RunChanges: 'What changed' }
const BEGUN = 'The new run has begun in the conversation.'
const VIEWS = ['Steps', 'Timeline', 'Result']
const REFETCH = 400 // milliseconds between two looks at a run at work, at least
const POLL = 2000 // the same, for a run that this conversation does not tell of

const address = (path) => apiClient.buildEndpoint(`/refrain/runs/${path}`)
const runAddress = (id) => address(encodeURIComponent(id))

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

function useOpenPanel() {
  const openSide = useSetRecoilState(sideViewState)
  return (name, title, panelProps) => {
    const element = { type: 'custom', name, id: `${name}-${Date.now()}`, props: panelProps, display: 'side', url: '' }
    openSide({ title, elements: [element] })
  }
}

/* The run as the server tells of it; looked at again when `changed` is another, or after a while when it is at work. */
function useRun(id, changed) {
  const [state, setState] = useState({ run: null, error: null })
  const last = useRef(0)
  const load = useCallback(
    async (signal) => {
      last.current = Date.now()
      try {
        const run = await get(runAddress(id), signal)
        setState({ run, error: null })
      } catch (error) {
        if (error.name !== 'AbortError') setState((now) => ({ run: now.run, error }))
      }
    },
    [id]
  )
  const live = Boolean(state.run && state.run.live)
  useEffect(() => {
    const leaving = new AbortController()
    const wait = Math.max(0, last.current + REFETCH - Date.now())
    const timer = setTimeout(() => load(leaving.signal), wait)
    return () => {
      clearTimeout(timer)
      leaving.abort()
    }
  }, [load, changed])
  useEffect(() => {
    if (!live || changed) return undefined
    const timer = setInterval(() => load(), POLL)
    return () => clearInterval(timer)
  }, [load, live, changed])
  return { ...state, reload: () => load() }
}

function useNow(active) {
  const [now, setNow] = useState(Date.now())
  useEffect(() => {
    if (!active) return undefined
    setNow(Date.now())
    const timer = setInterval(() => setNow(Date.now()), 500)
    return () => clearInterval(timer)
  }, [active])
  return now
}

const since = (at, now) => Math.max(0, (now - Date.parse(at)) / 1000)

function Icon({ of: Shape, ...rest }) {
  return <Shape className="refrain-icon" aria-hidden="true" {...rest} />
}

function Quiet({ icon, children, ...rest }) {
  return (
    <button type="button" className="refrain-quiet" {...rest}>
      <Icon of={icon} />
      {children}
    </button>
  )
}

function Plain({ icon, children, ...rest }) {
  return (
    <button type="button" className="refrain-button" {...rest}>
      {icon ? <Icon of={icon} /> : null}
      {children}
    </button>
  )
}

function Written({ text }) {
  return (
    <div className="refrain-written">
      <Markdown>{safe(text)}</Markdown>
    </div>
  )
}

/* JSON as one reads it; what is no JSON (an excerpt that was cut) as it is. */
function readable(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}

const asText = (value) => (typeof value === 'string' ? value : JSON.stringify(value, null, 2))

function Data({ text }) {
  return (
    <pre className="refrain-data" tabIndex={0}>
      {readable(text)}
    </pre>
  )
}

function Section({ title, children }) {
  return (
    <section className="refrain-section">
      <h3>{title}</h3>
      {children}
    </section>
  )
}

/* Several passages of one document are one source. */
function distinct(sources) {
  const found = new Map()
  sources.forEach((source) => {
    const key = source.address || source.title
    const known = found.get(key)
    found.set(key, { ...source, times: known ? known.times + 1 : 1 })
  })
  return [...found.values()]
}

function Sources({ sources }) {
  if (!sources.length) return null
  return (
    <ul className="refrain-sources">
      {distinct(sources).map((source) => (
        <li key={source.address || source.title}>
          {source.url ? (
            <a href={source.url} target="_blank" rel="noopener noreferrer nofollow">
              {source.title || source.address}
              <Icon of={ExternalLink} />
            </a>
          ) : (
            <span>{source.title || source.address}</span>
          )}
          <span className="refrain-host">
            {[source.host || source.address.replace(/^library:/, ''), source.times > 1 ? `${source.times} passages` : '']
              .filter(Boolean)
              .join(' · ')}
          </span>
        </li>
      ))}
    </ul>
  )
}

function Call({ call }) {
  const [open, setOpen] = useState(false)
  const sources = call.sources || []
  return (
    <li className="refrain-call" data-failed={call.success === false}>
      <div className="refrain-call-head">
        <Icon of={call.success === false ? X : Search} />
        <span className="refrain-call-tool">{call.tool}</span>
        {call.seconds != null ? <span className="refrain-seconds">{lasting(call.seconds)}</span> : null}
      </div>
      {call.question ? <Written text={call.question} /> : null}
      {call.success === false ? <p className="refrain-error">{asText(call.result) || 'This call failed.'}</p> : null}
      <Sources sources={sources} />
      {call.result && call.success !== false ? (
        <>
          <button
            type="button"
            className="refrain-more"
            aria-expanded={open}
            onClick={() => setOpen(!open)}
          >
            {open ? 'Hide what came back' : 'What came back'}
          </button>
          {open ? <Data text={asText(call.result)} /> : null}
        </>
      ) : null}
    </li>
  )
}

/* "Edit or run again from here": as it is, or with another output in the place of this step's. */
function Rerun({ runId, node, whole, done }) {
  const [editing, setEditing] = useState(false)
  const [text, setText] = useState('')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState('')
  const box = useRef(null)
  const begin = async () => {
    setEditing(true)
    const full = await whole()
    setText(node.text ? full.raw ?? full.output : readable(full.output))
  }
  useEffect(() => {
    if (editing && box.current) box.current.focus()
  }, [editing])
  const fork = async (output) => {
    setBusy(true)
    setError('')
    try {
      const payload = { run_id: runId, at: node.path }
      if (output !== undefined) payload.output = output
      const answer = await callAction({ name: 'fork', payload })
      if (answer && answer.success === false) throw new Error()
      setEditing(false)
      done(answer && answer.response)
    } catch {
      setError('The new run could not be started. Try again.')
    } finally {
      setBusy(false)
    }
  }
  const withText = () => {
    if (node.text) return fork(text)
    try {
      return fork(JSON.parse(text))
    } catch {
      return setError('This is not valid JSON yet. Mend it, or cancel.')
    }
  }
  if (!editing) {
    return (
      <Quiet icon={GitBranch} onClick={begin}>
        Edit or run again from here
      </Quiet>
    )
  }
  return (
    <div className="refrain-editor">
      <label htmlFor={`edit-${node.path}`}>
        What {node.name} gave. All before it is kept; all after it is done again, in a new run.
      </label>
      <textarea
        id={`edit-${node.path}`}
        ref={box}
        rows={8}
        value={text}
        spellCheck={node.text}
        data-text={node.text}
        onChange={(event) => setText(event.target.value)}
      />
      {error ? (
        <p className="refrain-error" role="alert">
          {error}
        </p>
      ) : null}
      <div className="refrain-row">
        <Plain disabled={busy || !text.trim()} data-primary="true" onClick={withText}>
          Run from here with this text
        </Plain>
        <Plain disabled={busy} onClick={() => fork()}>
          Run this step again
        </Plain>
        <button type="button" className="refrain-quiet" disabled={busy} onClick={() => setEditing(false)}>
          Cancel
        </button>
      </div>
    </div>
  )
}

function Details({ runId, node, forked }) {
  const [full, setFull] = useState(null)
  const [failed, setFailed] = useState(false)
  const fetchStep = async () => {
    if (full) return full
    const step = await get(`${runAddress(runId)}/step?path=${encodeURIComponent(node.path)}`)
    const texts = { input: asText(step.input ?? ''), output: asText(step.output ?? ''), raw: step.raw }
    setFull(texts)
    return texts
  }
  const showAll = () => fetchStep().then(() => setFailed(false), () => setFailed(true))
  const shown = full || { input: node.input || '', output: node.output || '' }
  const whole = () => fetchStep().catch(() => shown)
  return (
    <div className="refrain-details">
      {node.error ? (
        <p className="refrain-error">
          <Icon of={CircleAlert} />
          <span>{node.error}</span>
        </p>
      ) : null}
      {node.rerunnable ? <Rerun runId={runId} node={node} whole={whole} done={forked} /> : null}
      {(node.attempts || []).length > (node.state === 'failed' ? 1 : 0) ? (
        <Section title={node.state === 'failed' ? 'Attempts' : 'Attempts before'}>
          <ol className="refrain-attempts">
            {node.attempts.map((attempt) => (
              <li key={attempt.number} value={attempt.number}>
                {attempt.error}
              </li>
            ))}
          </ol>
        </Section>
      ) : null}
      {(node.calls || []).length ? (
        <Section title={node.calls.length === 1 ? 'Looked up' : `Looked up ${count(node.calls.length, 'time')}`}>
          <ul className="refrain-calls">
            {node.calls.map((call, i) => (
              <Call key={i} call={call} />
            ))}
          </ul>
        </Section>
      ) : null}
      {shown.input ? (
        <Section title="Input">
          <Folded text={shown.input} />
        </Section>
      ) : null}
      {shown.output ? (
        <Section title="Output">{node.text ? <Written text={shown.output} /> : <Data text={shown.output} />}</Section>
      ) : null}
      {node.truncated && !full ? (
        <button type="button" className="refrain-more" onClick={showAll}>
          Show all
        </button>
      ) : null}
      {failed ? (
        <p className="refrain-error" role="alert">
          The whole text could not be loaded. Try again.
        </p>
      ) : null}
    </div>
  )
}

/* The input of a step is mostly the output of the one before: its beginning will do. */
function Folded({ text }) {
  const [open, setOpen] = useState(false)
  const long = text.length > 240 || text.split('\n').length > 4
  return (
    <>
      <p className="refrain-given" data-open={open || !long}>
        {text}
      </p>
      {long ? (
        <button type="button" className="refrain-more" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? 'Show less' : 'Show more'}
        </button>
      ) : null}
    </>
  )
}

const hasDetails = (node) =>
  Boolean(
    node.input || node.output || node.error || node.rerunnable || (node.calls || []).length || (node.attempts || []).length
  )

/* Rounds of a loop stand under a line of their own, whatever level of the tree names them. */
function inRounds(children) {
  if (!children.some((child) => child.round != null && child.kind !== 'round')) return [{ round: null, nodes: children }]
  const groups = []
  children.forEach((child) => {
    const group = groups.find((one) => one.round === child.round)
    if (group) group.nodes.push(child)
    else groups.push({ round: child.round, nodes: [child] })
  })
  return groups
}

const KINDS = {
  parallel: 'at the same time',
  loop: 'in rounds',
  condition: 'on a condition',
  router: 'by choice',
  workflow: 'a workflow',
  team: 'team'
}

function StepNode({ node, runId, startedAt, now, opened, forked }) {
  const children = node.children || []
  const [open, setOpen] = useState(opened === node.path)
  const top = useRef(null)
  useEffect(() => {
    if (opened === node.path && top.current) top.current.scrollIntoView({ block: 'nearest' })
  }, [])
  const { icon, word } = STATES[node.state] || STATES.waiting
  const seconds =
    node.state === 'running' && node.offset != null ? Math.max(0, since(startedAt, now) - node.offset) : node.seconds
  const foldable = children.length > 0 || hasDetails(node)
  const shownChildren = children.length > 0
  const marks = [
    KINDS[node.kind],
    node.attempt > 1 ? `attempt ${node.attempt}` : '',
    node.edited ? 'edited by you' : '',
    node.after_edit ? 'after your edit' : '',
    node.kept ? 'kept from before' : ''
  ].filter(Boolean)
  const line = (
    <>
      <ChevronRight className="refrain-icon refrain-chevron" aria-hidden="true" data-shown={foldable} />
      <span className="refrain-state" data-state={node.state}>
        <Icon of={icon} />
      </span>
      <span className="refrain-node-name">
        {node.name}
        <span className="sr-only">, {word}</span>
        {marks.length ? <span className="refrain-marks">{marks.join(' · ')}</span> : null}
      </span>
      <span className="refrain-node-figures">
        {node.tokens && !shownChildren ? <span title={tokens(node.tokens)}>{short(node.tokens)}</span> : null}
        {seconds != null ? <span>{lasting(seconds)}</span> : null}
      </span>
    </>
  )
  return (
    <li ref={top} className="refrain-node" data-path={node.path} data-state={node.state}>
      {foldable ? (
        <button type="button" className="refrain-node-line" aria-expanded={open} onClick={() => setOpen(!open)}>
          {line}
        </button>
      ) : (
        <div className="refrain-node-line">{line}</div>
      )}
      {open ? <Details runId={runId} node={node} forked={forked} /> : null}
      {node.error && !open ? <p className="refrain-error refrain-error-below">{node.error}</p> : null}
      {shownChildren
        ? inRounds(children).map((group, i) => (
            <div key={i} className="refrain-children">
              {group.round != null ? <p className="refrain-round-line">Round {group.round}</p> : null}
              <ul>
                {group.nodes.map((child) => (
                  <StepNode
                    key={child.path}
                    node={child}
                    runId={runId}
                    startedAt={startedAt}
                    now={now}
                    opened={opened}
                    forked={forked}
                  />
                ))}
              </ul>
            </div>
          ))
        : null}
    </li>
  )
}

const short = (number) => (number < 10000 ? `${figure(number)} tok` : `${(number / 1000).toFixed(0)}k tok`)

function Steps({ run, now, opened, forked }) {
  if (!run.tree.length) return <p className="refrain-hint">No step has begun yet.</p>
  return (
    <ul className="refrain-tree" aria-label="Steps">
      {run.tree.map((node) => (
        <StepNode
          key={node.path}
          node={node}
          runId={run.id}
          startedAt={run.started_at}
          now={now}
          opened={opened}
          forked={forked}
        />
      ))}
    </ul>
  )
}

/* The leaf steps that have begun, each with the branch or round it stands in. */
function leaves(nodes, trail = []) {
  return nodes.flatMap((node) => {
    const children = node.children || []
    const here = node.round != null && node.kind !== 'round' ? [...trail, `Round ${node.round}`] : trail
    // A workflow as a step says no more of where its steps stand than the step around it.
    if (children.length) return leaves(children, node.kind === 'workflow' && here.length ? here : [...here, node.name])
    return node.offset == null ? [] : [{ ...node, trail: here }]
  })
}

const STRIDES = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600]
function ticksOf(length) {
  const stride = STRIDES.find((one) => length / one <= 4) || Math.ceil(length / 4)
  const ticks = []
  for (let at = 0; at <= length + 1e-9; at += stride) ticks.push(Number(at.toFixed(2)))
  return ticks
}
const tickWord = (seconds, minutes) =>
  minutes ? `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}` : `${seconds}`

/* Stretches in which no step was at work, and that are long beside the work: [from, to], in seconds of the run. */
const SHORT_PAUSE = 2 // seconds
function pausesOf(bars) {
  const sorted = [...bars].sort((one, other) => one.offset - other.offset)
  const worked = sorted.reduce((sum, bar) => sum + bar.length, 0)
  const pauses = []
  let end = 0
  sorted.forEach((bar) => {
    if (bar.offset - end > Math.max(SHORT_PAUSE, worked / 5)) pauses.push([end, bar.offset])
    end = Math.max(end, bar.offset + bar.length)
  })
  return pauses
}

function Timeline({ run, now }) {
  const bars = leaves(run.tree)
    .filter((leaf) => !leaf.kept || leaf.seconds)
    .map((leaf) => ({
      ...leaf,
      length: leaf.state === 'running' ? Math.max(0, since(run.started_at, now) - leaf.offset) : leaf.seconds || 0
    }))
  if (!bars.length) return <p className="refrain-hint">No step has begun yet.</p>
  const pauses = pausesOf(bars)
  // The axis is cut where the run waited.
  const cut = (seconds) => pauses.reduce((left, [from, to]) => left - Math.max(0, Math.min(seconds, to) - from), seconds)
  const length = Math.max(0.1, ...bars.map((bar) => cut(bar.offset + bar.length)))
  const minutes = length >= 60
  const untold = [...pauses]
  const ticks = ticksOf(length)
  const share = (seconds) => `${(100 * seconds) / length}%`
  let before = ''
  return (
    <table className="refrain-timeline">
      <caption className="sr-only">When each step began, and how long it took</caption>
      <colgroup>
        <col className="refrain-col-name" />
        <col />
        <col className="refrain-col-took" />
      </colgroup>
      <thead className="sr-only">
        <tr>
          <th scope="col">Step</th>
          <th scope="col">Began</th>
          <th scope="col">Took</th>
        </tr>
      </thead>
      <tbody>
        <tr className="refrain-axis" aria-hidden="true">
          <td>{minutes ? 'min:s' : 'Seconds'}</td>
          <td>
            <div className="refrain-ticks">
              {ticks.map((tick) => (
                <span key={tick} style={{ left: share(tick) }} data-late={tick / length > 0.93}>
                  {tickWord(tick, minutes)}
                </span>
              ))}
            </div>
          </td>
          <td />
        </tr>
        {bars.map((bar) => {
          const group = bar.trail.join(' · ')
          const told = group && group !== before ? group : ''
          before = group
          const pause = untold.length && bar.offset >= untold[0][1] ? untold.shift() : null
          return [
            pause ? (
              <tr key={`${bar.path} pause`} className="refrain-pause">
                <th scope="rowgroup" colSpan={3}>
                  <span>Waited {lasting(pause[1] - pause[0])}</span>
                </th>
              </tr>
            ) : null,
            told ? (
              <tr key={`${bar.path} group`} className="refrain-group">
                <th scope="rowgroup" colSpan={3}>
                  {told}
                </th>
              </tr>
            ) : null,
            <tr key={bar.path} data-state={bar.state}>
              <th scope="row" title={bar.name}>
                {bar.name}
              </th>
              <td>
                <div className="refrain-lane">
                  {ticks.map((tick) => (
                    <i key={tick} style={{ left: share(tick) }} />
                  ))}
                  <span className="refrain-span" style={{ left: `min(${share(cut(bar.offset))}, 100% - 3px)`, width: share(bar.length) }} />
                  <span className="sr-only">
                    {(STATES[bar.state] || STATES.waiting).word}, after {lasting(bar.offset)}
                  </span>
                </div>
              </td>
              <td className="refrain-took">{lasting(bar.length)}</td>
            </tr>
          ]
        })}
      </tbody>
    </table>
  )
}

const EXCERPT = 4000 // characters of a result that come with the run
const looksLikeData = (text) => {
  try {
    return typeof JSON.parse(text) === 'object'
  } catch {
    return false
  }
}

function Result({ run }) {
  const [whole, setWhole] = useState(null)
  const [failed, setFailed] = useState(false)
  const content = run.content == null ? '' : asText(run.content)
  const cut = whole == null && content.length >= EXCERPT
  const load = () =>
    get(`${runAddress(run.id)}/step?path=`).then(
      (step) => setWhole(asText(step.output)),
      () => setFailed(true)
    )
  useEffect(() => {
    if (cut) load()
  }, [cut])
  if (!content) {
    return <p className="refrain-hint">{run.live ? 'The result comes when the run is done.' : 'This run gave no result.'}</p>
  }
  const text = whole == null ? content : whole
  return (
    <>
      {looksLikeData(text) ? <Data text={text} /> : <Written text={text} />}
      {cut && failed ? (
        <button type="button" className="refrain-more" onClick={load}>
          Show all
        </button>
      ) : null}
    </>
  )
}

/* Segments: arrow keys go from one to the next. */
function Segments({ view, choose }) {
  const move = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    if (!step) return
    event.preventDefault()
    const next = VIEWS[(VIEWS.indexOf(view) + step + VIEWS.length) % VIEWS.length]
    choose(next)
    document.getElementById(`refrain-tab-${next}`).focus()
  }
  return (
    <div className="refrain-segments" role="tablist" aria-label="Views of the run" onKeyDown={move}>
      {VIEWS.map((name) => (
        <button
          key={name}
          id={`refrain-tab-${name}`}
          type="button"
          role="tab"
          aria-selected={view === name}
          aria-controls="refrain-view"
          tabIndex={view === name ? 0 : -1}
          onClick={() => choose(name)}
        >
          {name}
        </button>
      ))}
    </div>
  )
}

function Status({ status, bare }) {
  const { icon, word } = STATUS[status] || { icon: Circle, word: status }
  if (bare) {
    return (
      <span className="refrain-state" data-status={status} title={word}>
        <Icon of={icon} />
        <span className="sr-only">{word}</span>
      </span>
    )
  }
  return (
    <span className="refrain-status" data-status={status}>
      <Icon of={icon} />
      {word}
    </span>
  )
}

function Figures({ run, now }) {
  const seconds = run.live ? since(run.started_at, now) : run.seconds
  return (
    <p className="refrain-figures">
      <time dateTime={run.started_at} title={moment(run.started_at)}>
        {ago(run.started_at)}
      </time>
      {seconds != null ? <span>{lasting(seconds)}</span> : null}
      {run.tokens ? <span>{tokens(run.tokens)}</span> : null}
      {run.cost != null ? <span>{cost(run.cost)}</span> : null}
    </p>
  )
}

function Feedback({ feedback }) {
  return feedback.map((one, i) => (
    <p key={i} className="refrain-feedback">
      <Icon of={one.value ? ThumbsUp : ThumbsDown} />
      <span className="sr-only">{one.value ? 'You found it helpful' : 'You did not find it helpful'}</span>
      {one.comment ? <q>{one.comment}</q> : <span>{one.value ? 'Helpful' : 'Not helpful'}</span>}
    </p>
  ))
}

function Versions({ run, openPanel }) {
  const others = (run.versions || []).filter((line) => line.id !== run.id)
  if (!others.length) return null
  const newer = (line) => Date.parse(line.started_at) > Date.parse(run.started_at)
  const comparable = (line) => line.status === 'completed' && run.status === 'completed'
  const compare = (line) => {
    const [to, from] = newer(line) ? [line.id, run.id] : [run.id, line.id]
    openPanel('RunChanges', 'What changed', { run_id: to, since: from, back: { name: 'RunPanel', title: 'Run', props } })
  }
  return (
    <details className="refrain-versions">
      <summary>
        <Icon of={ChevronRight} />
        {others.length === 1 ? 'One other run of this request' : `${figure(others.length)} other runs of this request`}
      </summary>
      <ul>
        {others.map((line) => (
          <li key={line.id}>
            <button
              type="button"
              className="refrain-link"
              title={moment(line.started_at)}
              onClick={() => openPanel('RunPanel', 'Run', { run_id: line.id, back: { name: 'RunPanel', title: 'Run', props } })}
            >
              {newer(line) ? 'Later' : 'Earlier'}, {ago(line.started_at)}
            </button>
            <Status status={line.status} bare />
            {comparable(line) ? (
              <Quiet icon={GitCompare} onClick={() => compare(line)}>
                What changed
              </Quiet>
            ) : null}
          </li>
        ))}
      </ul>
    </details>
  )
}

function ExportMenu({ run }) {
  return (
    <DropdownMenu modal={false}>
      <DropdownMenuTrigger asChild>
        <button type="button" className="refrain-quiet">
          <Icon of={Download} />
          Export
        </button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="start" className="refrain-menu">
        {['Markdown', 'JSON'].map((label) => (
          <DropdownMenuItem key={label} asChild>
            <a
              href={`${runAddress(run.id)}/export?format=${label === 'JSON' ? 'json' : 'md'}`}
              download
              aria-label={`This run, ${label}`}
            >
              {label}
            </a>
          </DropdownMenuItem>
        ))}
      </DropdownMenuContent>
    </DropdownMenu>
  )
}

/* What can be done with the run; `said` is told to the person who did it. */
function Actions({ run, say, begun, deleted }) {
  const [asking, setAsking] = useState(false)
  const [busy, setBusy] = useState(false)
  const act = async (name, then) => {
    setBusy(true)
    try {
      const answer = await callAction({ name, payload: { run_id: run.id } })
      if (answer && answer.success === false) throw new Error()
      then(answer && answer.response)
    } catch {
      say('That did not work. Try again.')
    } finally {
      setBusy(false)
    }
  }
  const remove = () =>
    act('delete_run', (response) => {
      if (response && response.deleted) deleted()
      else setAsking(false)
    })
  if (asking) {
    return (
      <div className="refrain-confirm" role="group" aria-label="Delete this run">
        <p>
          Delete this run for good? Its steps, its answer and what is remembered of them go. The conversation stays.
        </p>
        <div className="refrain-row">
          <Plain icon={Trash2} data-danger="true" disabled={busy} onClick={remove}>
            Delete for good
          </Plain>
          <button type="button" className="refrain-quiet" autoFocus onClick={() => setAsking(false)}>
            Keep it
          </button>
        </div>
      </div>
    )
  }
  return (
    <div className="refrain-row" role="group" aria-label="What you can do with this run">
      <Quiet icon={RotateCw} disabled={busy} onClick={() => act('rerun', begun)}>
        Run again
      </Quiet>
      <ExportMenu run={run} />
      {run.live ? null : (
        <Quiet icon={Trash2} disabled={busy} onClick={() => setAsking(true)}>
          Delete run
        </Quiet>
      )}
    </div>
  )
}

/* Leads from a run to the one that was begun from it, as soon as its turn tells which that is. */
function ShowBegun({ turn, openPanel }) {
  const messages = useRecoilValue(messagesState)
  const found = messages.find((message) => message.metadata && message.metadata.turn_id === turn)
  const run = found && (found.metadata.runs || [])[0]
  if (!run) return null
  const show = () =>
    openPanel('RunPanel', 'Run', { run_id: run.run_id, back: { name: 'RunPanel', title: 'Run', props } })
  return (
    <>
      {' '}
      <button type="button" className="refrain-link" onClick={show}>
        Show it
      </button>
    </>
  )
}

function Loading() {
  return (
    <div className="refrain-skeleton" role="status" aria-label="Loading the run">
      <span style={{ width: '60%' }} />
      <span style={{ width: '85%' }} />
      <span style={{ width: '40%' }} />
      <span className="refrain-skeleton-block" />
    </div>
  )
}

function Trouble({ error, retry }) {
  const gone = error.status === 404
  return (
    <div className="refrain-trouble" role="alert">
      <p>{gone ? 'This run is not there any more.' : 'Could not load the run. Try again.'}</p>
      {gone ? null : <Plain onClick={retry}>Try again</Plain>}
    </div>
  )
}

const Panel = memo(function Panel({ changed }) {
  const { run, error, reload } = useRun(props.run_id, changed)
  const [view, setView] = useState('Steps')
  const [said, setSaid] = useState('')
  const [begun, setBegun] = useState(null)
  const [gone, setGone] = useState(false)
  const openPanel = useOpenPanel()
  const close = useKeptOpen(run && run.workflow)
  const now = useNow(Boolean(run && run.live))
  const top = useRef(null)
  useEffect(() => {
    if (top.current) top.current.focus({ preventScroll: true })
  }, [])
  const goBack = () => openPanel(props.back.name, props.back.title, props.back.props)
  const escape = (event) => {
    if (event.key === 'Escape' && !event.defaultPrevented) close()
  }
  const begin = useCallback((response) => {
    setSaid(BEGUN)
    setBegun((response && response.turn_id) || null)
  }, [])
  const body = useMemo(() => {
    if (!run) return null
    // The steps stay where they are, so that what one has opened there is open when one comes back.
    return (
      <>
        <div hidden={view !== 'Steps'}>
          <Steps run={run} now={now} opened={props.at} forked={begin} />
        </div>
        {view === 'Timeline' ? <Timeline run={run} now={now} /> : null}
        {view === 'Result' ? <Result run={run} /> : null}
      </>
    )
  }, [run, view, run && run.live ? now : 0])
  return (
    <div className="refrain-panel" ref={top} tabIndex={-1} role="region" aria-label="Run" onKeyDown={escape}>
      {props.back ? (
        <Quiet icon={ArrowLeft} onClick={goBack}>
          {BACK[props.back.name]}
        </Quiet>
      ) : null}
      {gone ? <p className="refrain-hint" role="status">The run has been deleted.</p> : null}
      {!gone && !run && !error ? <Loading /> : null}
      {!gone && !run && error ? <Trouble error={error} retry={reload} /> : null}
      {!gone && run ? (
        <>
          <header className="refrain-head">
            <h2 className="refrain-asked">{run.input}</h2>
            <div className="refrain-facts">
              <Status status={run.status} />
              <Figures run={run} now={now} />
            </div>
            {run.error ? (
              <p className="refrain-error">
                <Icon of={CircleAlert} />
                <span>{run.error}</span>
              </p>
            ) : null}
            {run.question ? (
              <p className="refrain-reason">It waits for your answer in its conversation: {run.question.prompt}</p>
            ) : null}
            {run.reason ? <p className="refrain-reason">{run.reason}</p> : null}
            <Feedback feedback={run.feedback || []} />
            <Versions run={run} openPanel={openPanel} />
            <Actions
              run={run}
              say={(text) => {
                setSaid(text)
                setBegun(null)
              }}
              begun={begin}
              deleted={() => setGone(true)}
            />
            <p className="refrain-said" role="status">
              {said}
              {said && begun ? <ShowBegun turn={begun} openPanel={openPanel} /> : null}
            </p>
          </header>
          <Segments view={view} choose={setView} />
          <div id="refrain-view" role="tabpanel" aria-labelledby={`refrain-tab-${view}`} tabIndex={-1}>
            {body}
          </div>
        </>
      ) : null}
    </div>
  )
})

// The turn that the run belongs to tells, by its metadata, that something has changed.
export default function RunPanel() {
  const messages = useRecoilValue(messagesState)
  const turn = messages.find(
    (message) => message.metadata && (message.metadata.runs || []).some((run) => run.run_id === props.run_id)
  )
  return <Panel changed={turn ? turn.metadata : null} />
}
