import { useState } from 'react'
import { More } from '../shared/more'
import { count } from '../shared/refrain'
import { Source } from '../shared/source'

const MANY = 8 // sentences of one kind that are shown before one asks for the rest
const WORDS = { changed: 'Changed', new: 'New step', gone: 'Step is gone' }

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
        <More onClick={() => setAll(true)}>Show {sentences.length - shown.length} more</More>
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
          <Source key={i} source={source} />
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

export function StepChanges({ step }) {
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
