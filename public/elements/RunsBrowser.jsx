import { useCallback, useEffect, useRef, useState } from 'react'
import { useRecoilState, useRecoilValue, useSetRecoilState } from 'recoil'
import { elementState, sideViewState } from '@chainlit/react-client'
import {
  Ban,
  Check,
  Circle,
  CircleAlert,
  Ellipsis,
  Loader2,
  MessageCircleQuestion,
  MessageSquare,
  RotateCw,
  Search,
  Trash2,
  X
} from 'lucide-react'
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuTrigger
} from '@/components/ui/dropdown-menu'

const { ago, cost, count, figure, get, kept, lasting, moment, tokens } = window.refrain

const STATUS = {
  running: { icon: Loader2, word: 'Running' },
  completed: { icon: Check, word: 'Completed' },
  failed: { icon: X, word: 'Failed' },
  paused: { icon: MessageCircleQuestion, word: 'Waiting for you' },
  cancelled: { icon: Ban, word: 'Stopped' },
  interrupted: { icon: CircleAlert, word: 'Interrupted' }
}
const TIMES = [
  ['1', 'Today'],
  ['7', '7 days'],
  ['30', '30 days'],
  ['', 'All time']
]
const EMPTY = { workflow: '', status: '', text: '', days: '' }
const TYPING = 300 // milliseconds without a key before a text is looked for
const PAGE = 25

// Chainlit closes the side panel when an element arrives anywhere on the page; this one is opened again at once.
function useKeptOpen() {
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
  return () => {
    setSide(undefined)
    const opener = kept.get('opener')
    if (opener && opener.isConnected) opener.focus()
  }
}

const asked = (filter) => {
  const known = Object.keys(EMPTY).map((key) => [key, filter[key] == null ? '' : String(filter[key]).trim()])
  return Object.fromEntries(known)
}

function addressOf(filter, before) {
  const query = new URLSearchParams({ limit: String(PAGE) })
  Object.entries(asked(filter)).forEach(([key, value]) => value && query.set(key, value))
  if (before) query.set('before', before)
  return apiClient.buildEndpoint(`/refrain/runs?${query}`)
}

/* The runs that fit, page by page; an answer to an earlier question is dropped. */
function useRuns(filter) {
  const [state, setState] = useState({ runs: null, next: null, totals: null, workflows: [], error: false, busy: true })
  const asking = useRef(null)
  const load = useCallback(async (wanted, before) => {
    if (asking.current) asking.current.abort()
    const mine = (asking.current = new AbortController())
    setState((now) => ({ ...now, busy: true, error: false }))
    try {
      const page = await get(addressOf(wanted, before), mine.signal)
      setState((now) => ({
        ...page,
        runs: before ? [...(now.runs || []), ...page.runs] : page.runs,
        error: false,
        busy: false
      }))
    } catch (error) {
      if (error.name !== 'AbortError') setState((now) => ({ ...now, error: true, busy: false }))
    }
  }, [])
  useEffect(() => {
    load(filter)
    return () => asking.current && asking.current.abort()
  }, [filter])
  return { ...state, more: () => load(filter, state.next), again: () => load(filter) }
}

function Icon({ of: Shape }) {
  return <Shape className="refrain-icon" aria-hidden="true" />
}

function Choice({ label, value, options, choose }) {
  return (
    <select
      className="refrain-select"
      aria-label={label}
      value={value}
      data-set={Boolean(value)}
      onChange={(event) => choose(event.target.value)}
    >
      {options.map(([key, word]) => (
        <option key={key} value={key}>
          {word}
        </option>
      ))}
    </select>
  )
}

function Filters({ filter, change, workflows }) {
  const [text, setText] = useState(filter.text)
  useEffect(() => {
    if (text === filter.text) return undefined
    const timer = setTimeout(() => change({ text }), TYPING)
    return () => clearTimeout(timer)
  }, [text])
  useEffect(() => setText(filter.text), [filter.text])
  const names = filter.workflow && !workflows.includes(filter.workflow) ? [filter.workflow, ...workflows] : workflows
  return (
    <div className="refrain-filters" role="search" aria-label="Find runs">
      <label className="refrain-search">
        <Icon of={Search} />
        <span className="sr-only">What was asked</span>
        <input
          type="search"
          placeholder="Find what was asked"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      <Choice
        label="Workflow"
        value={filter.workflow}
        options={[['', 'All workflows'], ...names.map((name) => [name, name])]}
        choose={(workflow) => change({ workflow })}
      />
      <Choice
        label="Status"
        value={filter.status}
        options={[['', 'Any status'], ...Object.entries(STATUS).map(([key, { word }]) => [key, word])]}
        choose={(status) => change({ status })}
      />
      <Choice label="Time" value={filter.days} options={timesFor(filter.days)} choose={(days) => change({ days })} />
    </div>
  )
}

const timesFor = (days) => (TIMES.some(([key]) => key === days) ? TIMES : [[days, `${days} days`], ...TIMES])

function Totals({ totals }) {
  const all = totals.input_tokens + totals.output_tokens
  return (
    <p className="refrain-figures refrain-totals" role="status">
      <span>{count(totals.runs, 'run')}</span>
      <span title={`${figure(totals.input_tokens)} in, ${figure(totals.output_tokens)} out`}>{tokens(all)}</span>
      <span>{lasting(totals.seconds)}</span>
      {totals.cost != null ? <span>{cost(totals.cost)}</span> : null}
    </p>
  )
}

function LineMenu({ run, again, remove, disabled }) {
  return (
    <DropdownMenu modal={false}>
      <DropdownMenuTrigger asChild>
        <button type="button" className="refrain-small" disabled={disabled} aria-label={`More about ${run.input}`}>
          <Icon of={Ellipsis} />
        </button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end" className="refrain-menu">
        <DropdownMenuItem asChild>
          <a href={`${rootPath()}/thread/${encodeURIComponent(run.session_id)}`}>
            <Icon of={MessageSquare} />
            <span>
              Go to its conversation
              {run.session_title ? <span className="refrain-menu-note">{run.session_title}</span> : null}
            </span>
          </a>
        </DropdownMenuItem>
        <DropdownMenuItem onSelect={again}>
          <Icon of={RotateCw} />
          Run again
        </DropdownMenuItem>
        {run.live ? null : (
          <DropdownMenuItem onSelect={remove}>
            <Icon of={Trash2} />
            Delete
          </DropdownMenuItem>
        )}
      </DropdownMenuContent>
    </DropdownMenu>
  )
}

function Line({ run, open, say, gone }) {
  const [asking, setAsking] = useState(false)
  const [busy, setBusy] = useState(false)
  const keep = useRef(null)
  const { icon, word } = STATUS[run.status] || { icon: Circle, word: run.status }
  useEffect(() => {
    if (!asking) return undefined
    const timer = setTimeout(() => keep.current && keep.current.focus(), 50) // the menu gives the focus back first
    return () => clearTimeout(timer)
  }, [asking])
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
  const again = () => act('rerun', () => say('The new run has begun in the conversation.'))
  const remove = () =>
    act('delete_run', (response) => {
      if (response && response.deleted) gone()
      else setAsking(false)
    })
  return (
    <li className="refrain-run" data-status={run.status} data-run={run.id}>
      <div className="refrain-run-line">
        <button type="button" className="refrain-run-open" onClick={() => open(run)}>
          <span className="refrain-state" data-status={run.status} title={word}>
            <Icon of={icon} />
            <span className="sr-only">{word}: </span>
          </span>
          <span className="refrain-run-asked">{run.input}</span>
        </button>
        <LineMenu run={run} again={again} remove={() => setAsking(true)} disabled={busy} />
      </div>
      <p className="refrain-figures refrain-run-below">
        <span>{run.workflow}</span>
        <time dateTime={run.started_at} title={moment(run.started_at)}>
          {ago(run.started_at)}
        </time>
        {run.seconds != null ? <span>{lasting(run.seconds)}</span> : null}
        {run.tokens ? <span>{tokens(run.tokens)}</span> : null}
        {run.cost != null ? <span>{cost(run.cost)}</span> : null}
      </p>
      {asking ? (
        <div className="refrain-confirm" role="group" aria-label="Delete this run">
          <p>
            Delete this run for good? Its steps, its answer and what is remembered of them go. The conversation stays.
          </p>
          <div className="refrain-row">
            <button type="button" className="refrain-button" data-danger="true" disabled={busy} onClick={remove}>
              <Icon of={Trash2} />
              Delete for good
            </button>
            <button type="button" className="refrain-quiet" ref={keep} onClick={() => setAsking(false)}>
              Keep it
            </button>
          </div>
        </div>
      ) : null}
    </li>
  )
}

/* Where the application is mounted, "" for the top of its host. */
const rootPath = () => new URL(apiClient.buildEndpoint('/')).pathname.replace(/\/$/, '')

function Skeleton() {
  return (
    <div className="refrain-skeleton" role="status" aria-label="Loading the runs">
      {[82, 64, 90, 71, 58].map((width) => (
        <span key={width} className="refrain-skeleton-line">
          <span style={{ width: `${width}%` }} />
          <span style={{ width: `${width / 2}%` }} />
        </span>
      ))}
    </div>
  )
}

function Nothing({ filtered, clear }) {
  if (!filtered) {
    return <p className="refrain-hint">No runs yet. Ask for something, and what is worked out is kept here.</p>
  }
  return (
    <div className="refrain-trouble">
      <p>No runs fit.</p>
      <button type="button" className="refrain-button" onClick={clear}>
        Show all runs
      </button>
    </div>
  )
}

export default function RunsBrowser() {
  const [filter, setFilter] = useState(() => asked(props.filter || {}))
  const found = useRuns(filter)
  const [said, setSaid] = useState('')
  const openSide = useSetRecoilState(sideViewState)
  const close = useKeptOpen()
  const top = useRef(null)
  useEffect(() => {
    if (top.current) top.current.focus({ preventScroll: true })
  }, [])
  const change = (part) => setFilter((now) => ({ ...now, ...part }))
  const open = (run) => {
    const back = { name: 'RunsBrowser', title: 'Runs', props: { filter } }
    const panel = { type: 'custom', name: 'RunPanel', id: `RunPanel-${Date.now()}`, display: 'side', url: '' }
    openSide({ title: run.workflow, elements: [{ ...panel, props: { run_id: run.id, back } }] })
  }
  const gone = () => {
    found.again()
    setSaid('The run has been deleted.')
  }
  const escape = (event) => {
    if (event.key === 'Escape' && !event.defaultPrevented && event.target.type !== 'search') close()
  }
  const filtered = Object.values(filter).some(Boolean)
  return (
    <div className="refrain-panel" ref={top} tabIndex={-1} role="region" aria-label="Runs" onKeyDown={escape}>
      <Filters filter={filter} change={change} workflows={found.workflows || []} />
      {found.totals ? <Totals totals={found.totals} /> : null}
      <p className="refrain-said" role="status">
        {said}
      </p>
      {!found.runs && found.busy ? <Skeleton /> : null}
      {found.error ? (
        <div className="refrain-trouble" role="alert">
          <p>Could not load the runs. Try again.</p>
          <button type="button" className="refrain-button" onClick={found.again}>
            Try again
          </button>
        </div>
      ) : null}
      {found.runs && !found.error ? (
        <>
          {found.runs.length ? (
            <ul className="refrain-runs" aria-label="Runs" aria-busy={found.busy}>
              {found.runs.map((run) => (
                <Line key={run.id} run={run} open={open} say={setSaid} gone={gone} />
              ))}
            </ul>
          ) : (
            <Nothing filtered={filtered} clear={() => setFilter(EMPTY)} />
          )}
          {found.next ? (
            <button type="button" className="refrain-button refrain-next" disabled={found.busy} onClick={found.more}>
              More
            </button>
          ) : null}
        </>
      ) : null}
    </div>
  )
}
