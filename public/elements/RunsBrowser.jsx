import { useState } from 'react'
import { Plain } from './shared/buttons'
import { Trouble } from './shared/loading'
import { useOpenPanel } from './shared/opening'
import { Panel } from './shared/panel'
import { Filters } from './RunsBrowser/filters'
import { Line } from './RunsBrowser/line'
import { EMPTY, useRuns, wholeFilter } from './RunsBrowser/runs'
import { Totals } from './RunsBrowser/totals'

function LinesToCome() {
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
    return (
      <p className="refrain-hint">
        No runs yet. Ask, or name a topic, in the message box: the run that works on it is kept here.
      </p>
    )
  }
  return (
    <div className="refrain-trouble">
      <p>No runs fit. Use fewer filters, or show all runs.</p>
      <Plain onClick={clear}>Show all runs</Plain>
    </div>
  )
}

export default function RunsBrowser() {
  const [filter, setFilter] = useState(() => wholeFilter(props.filter || {}))
  const found = useRuns(filter)
  const [said, setSaid] = useState('')
  const openPanel = useOpenPanel()
  const change = (part) => setFilter((now) => ({ ...now, ...part }))
  const open = (run) => {
    const back = { name: 'RunsBrowser', title: 'Runs', props: { filter } }
    openPanel('RunPanel', run.workflow, { run_id: run.id, back })
  }
  const deleted = () => {
    found.again()
    setSaid('The run has been deleted.')
  }
  const filtered = Object.values(filter).some(Boolean)
  return (
    <Panel label="Runs">
      <Filters filter={filter} change={change} workflows={found.workflows || []} />
      {found.totals ? <Totals totals={found.totals} /> : null}
      <p className="refrain-said" role="status">
        {said}
      </p>
      {!found.runs && found.busy ? <LinesToCome /> : null}
      {found.error ? <Trouble text="Could not load the runs. Try again." retry={found.again} /> : null}
      {found.runs && !found.error ? (
        <>
          {found.runs.length ? (
            <ul className="refrain-runs" aria-label="Runs" aria-busy={found.busy}>
              {found.runs.map((run) => (
                <Line key={run.id} run={run} open={open} say={setSaid} deleted={deleted} />
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
    </Panel>
  )
}
