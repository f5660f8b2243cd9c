import { useEffect, useRef, useState } from 'react'
import { useRecoilState, useRecoilValue, useSetRecoilState } from 'recoil'
import { elementState, sideViewState } from '@chainlit/react-client'
import { ArrowLeft, ArrowRight, ExternalLink } from 'lucide-react'

const { ago, count, get, kept, moment, when } = window.refrain

const BACK = { RunsBrowser: 'All runs', RunPanel: 'The run', RunChanges: 'What changed' }
const MANY = 8 // sentences of one kind that are shown before one asks for the rest
const WORDS = { changed: 'Changed', new: 'New step', gone: 'Step is gone' }

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

function useChanges() {
  const [state, setState] = useState({ changes: null, error: null })
  const load = async () => {
    setState({ changes: null, error: null })
    try {
      const query = props.since ? `?since=${encodeURIComponent(props.since)}` : ''
      const changes = await get(
        apiClient.buildEndpoint(`/refrain/runs/${encodeURIComponent(props.run_id)}/changes${query}`)
      )
      setState({ changes, error: null })
    } catch (error) {
      setState({ changes: null, error })
    }
  }
  useEffect(() => {
    load()
  }, [])
  return { ...state, load }
}

function Icon({ of: Shape }) {
  return <Shape className="refrain-icon" aria-hidden="true" />
}

/* Sentences that came or went: told by a sign, a word for those who listen, and a colour. */
function Sentences({ kind, sentences }) {
  const [all, setAll] = useState(false)
  if (!sentences.length) return null
  const shown = all ? sentences : sentences.slice(0, MANY)
  return (
    <>
      <ul className="refrain-diff" data-kind={kind}>
        {shown.map((sentence, i) => (
          <li key={i}>
            <span className="refrain-sign" aria-hidden="true">
              {kind === 'added' ? '+' : '−'}
            </span>
            <span>
              <span className="sr-only">{kind === 'added' ? 'New: ' : 'Gone: '}</span>
              {sentence}
            </span>
          </li>
        ))}
      </ul>
      {shown.length < sentences.length ? (
        <button type="button" className="refrain-more" onClick={() => setAll(true)}>
          Show {sentences.length - shown.length} more
        </button>
      ) : null}
    </>
  )
}

function Sources({ kind, sources }) {
  if (!sources.length) return null
  return (
    <>
      <h4>{kind === 'added' ? 'New sources' : 'Sources no longer used'}</h4>
      <ul className="refrain-sources">
        {sources.map((source, i) => (
          <li key={i}>
            {source.url ? (
              <a href={source.url} target="_blank" rel="noopener noreferrer nofollow">
                {source.title || source.address}
                <Icon of={ExternalLink} />
              </a>
            ) : (
              <span>{source.title || source.address}</span>
            )}
            <span className="refrain-host">{source.host || source.address.replace(/^library:/, '')}</span>
          </li>
        ))}
      </ul>
    </>
  )
}

function figuresOf(step) {
  const parts = []
  if (step.added.length) parts.push(`${step.added.length} new`)
  if (step.removed.length) parts.push(`${step.removed.length} gone`)
  return parts.join(', ')
}

function Step({ step }) {
  if (step.state === 'same') {
    return (
      <li className="refrain-change" data-state="same" data-path={step.path}>
        <h3>{step.name}</h3>
        <span className="refrain-seconds">no change</span>
      </li>
    )
  }
  const sources = step.sources_added.length + step.sources_removed.length
  return (
    <li className="refrain-change" data-state={step.state} data-path={step.path}>
      <div className="refrain-change-head">
        <h3>{step.name}</h3>
        <span className="refrain-seconds">{[WORDS[step.state], figuresOf(step)].filter(Boolean).join(' · ')}</span>
      </div>
      <Sentences kind="added" sentences={step.added} />
      <Sentences kind="removed" sentences={step.removed} />
      {step.unchanged ? <p className="refrain-unchanged">{count(step.unchanged, 'sentence')} as before</p> : null}
      {sources ? (
        <div className="refrain-change-sources">
          <Sources kind="added" sources={step.sources_added} />
          <Sources kind="removed" sources={step.sources_removed} />
        </div>
      ) : null}
    </li>
  )
}

function RunLink({ label, line, open }) {
  return (
    <button type="button" className="refrain-version" title={moment(line.started_at)} onClick={() => open(line)}>
      <span className="refrain-version-label">{label}</span>
      <span>{when(line.started_at)}</span>
      <span className="refrain-seconds">{ago(line.started_at)}</span>
    </button>
  )
}

function Trouble({ error, retry }) {
  const gone = error.status === 404
  return (
    <div className="refrain-trouble" role="alert">
      <p>{gone ? 'There is no earlier run to compare with any more.' : 'Could not load the changes. Try again.'}</p>
      {gone ? null : (
        <button type="button" className="refrain-button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  )
}

export default function RunChanges() {
  const { changes, error, load } = useChanges()
  const openSide = useSetRecoilState(sideViewState)
  const close = useKeptOpen()
  const top = useRef(null)
  useEffect(() => {
    if (top.current) top.current.focus({ preventScroll: true })
  }, [])
  const show = (name, title, panelProps) =>
    openSide({
      title,
      elements: [{ type: 'custom', name, id: `${name}-${Date.now()}`, props: panelProps, display: 'side', url: '' }]
    })
  const back = { name: 'RunChanges', title: 'What changed', props }
  const open = (line) => show('RunPanel', line.workflow, { run_id: line.id, back })
  const escape = (event) => {
    if (event.key === 'Escape' && !event.defaultPrevented) close()
  }
  return (
    <div className="refrain-panel" ref={top} tabIndex={-1} role="region" aria-label="What changed" onKeyDown={escape}>
      {props.back ? (
        <button
          type="button"
          className="refrain-quiet"
          onClick={() => show(props.back.name, props.back.title, props.back.props)}
        >
          <Icon of={ArrowLeft} />
          {BACK[props.back.name]}
        </button>
      ) : null}
      {!changes && !error ? (
        <div className="refrain-skeleton" role="status" aria-label="Loading the changes">
          <span style={{ width: '70%' }} />
          <span style={{ width: '45%' }} />
          <span className="refrain-skeleton-block" />
        </div>
      ) : null}
      {error ? <Trouble error={error} retry={load} /> : null}
      {changes ? (
        <>
          <header className="refrain-head">
            <h2 className="refrain-asked">{changes.run.input}</h2>
            <div className="refrain-pair">
              <RunLink label="Before" line={changes.since} open={open} />
              <Icon of={ArrowRight} />
              <RunLink label="Now" line={changes.run} open={open} />
            </div>
            <p className="refrain-summary-line">{changes.summary}</p>
          </header>
          <ul className="refrain-changes" aria-label="Changes, step by step">
            {changes.steps.map((step) => (
              <Step key={step.path} step={step} />
            ))}
          </ul>
        </>
      ) : null}
    </div>
  )
}
