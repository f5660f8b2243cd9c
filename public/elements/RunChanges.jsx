import { ArrowRight } from 'lucide-react'
import { Icon } from './shared/icon'
import { Skeleton, Trouble } from './shared/loading'
import { useOpenPanel } from './shared/opening'
import { Panel } from './shared/panel'
import { ago, moment, when } from './shared/refrain'
import { useChanges } from './RunChanges/changes'
import { StepChanges } from './RunChanges/steps'

const BACK = { RunsBrowser: 'All runs', RunPanel: 'The run', RunChanges: 'What changed' }

function RunLink({ label, line, open }) {
  return (
    <button type="button" className="refrain-version" title={moment(line.started_at)} onClick={() => open(line)}>
      <span className="refrain-version-label">{label}</span>
      <span>{when(line.started_at)}</span>
      <span className="refrain-seconds">{ago(line.started_at)}</span>
    </button>
  )
}

function ChangesTrouble({ error, retry }) {
  const gone = error.status === 404
  const text = gone ? 'There is no earlier run to compare with any more.' : 'Could not load the changes. Try again.'
  return <Trouble text={text} retry={gone ? null : retry} />
}

export default function RunChanges() {
  const { changes, error, load } = useChanges()
  const openPanel = useOpenPanel()
  const back = { name: 'RunChanges', title: 'What changed', props }
  const open = (line) => openPanel('RunPanel', line.workflow, { run_id: line.id, back })
  return (
    <Panel label="What changed" backWords={BACK}>
      {!changes && !error ? <Skeleton label="Loading the changes" widths={[70, 45]} /> : null}
      {error ? <ChangesTrouble error={error} retry={load} /> : null}
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
              <StepChanges key={step.path} step={step} />
            ))}
          </ul>
        </>
      ) : null}
    </Panel>
  )
}
