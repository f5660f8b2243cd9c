import { useState } from 'react'
import { Search, X } from 'lucide-react'
import { Icon } from '../shared/icon'
import { More } from '../shared/more'
import { lasting } from '../shared/refrain'
import { Source } from '../shared/source'
import { Data, Written, asText } from './text'

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
        <Source
          key={source.address || source.title}
          source={source}
          note={source.times > 1 ? `${source.times} passages` : ''}
        />
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
          <More aria-expanded={open} onClick={() => setOpen(!open)}>
            {open ? 'Hide what came back' : 'What came back'}
          </More>
          {open ? <Data text={asText(call.result)} /> : null}
        </>
      ) : null}
    </li>
  )
}

/* What a step has looked up, call by call. */
export function Calls({ calls }) {
  return (
    <ul className="refrain-calls">
      {calls.map((call, i) => (
        <Call key={i} call={call} />
      ))}
    </ul>
  )
}
