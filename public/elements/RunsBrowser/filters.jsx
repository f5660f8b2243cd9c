import { useEffect, useState } from 'react'
import { Search } from 'lucide-react'
import { Icon } from '../shared/icon'
import { STATUS } from '../shared/status'

const TIMES = [
  ['1', 'Today'],
  ['7', '7 days'],
  ['30', '30 days'],
  ['', 'All time']
]
const TYPING = 300 // milliseconds without a key before a text is looked for

const timesFor = (days) => (TIMES.some(([key]) => key === days) ? TIMES : [[days, `${days} days`], ...TIMES])

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

export function Filters({ filter, change, workflows }) {
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
