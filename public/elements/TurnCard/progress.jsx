import { ChevronDown, Loader2 } from 'lucide-react'
import { Icon } from '../shared/icon'
import { count, tokens } from '../shared/refrain'
import { Elapsed } from './elapsed'

const isOver = (step) => step.state === 'done' || step.state === 'skipped'

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

export function ProgressLine({ run, open, toggle, stepsId }) {
  const { names, round, done, total, since } = progressOf(run)
  const share = total ? Math.round((100 * done) / total) : 0
  return (
    <div className="refrain-progress">
      <button type="button" className="refrain-line" aria-expanded={open} aria-controls={stepsId} onClick={toggle}>
        <Icon of={Loader2} className="refrain-icon refrain-turning" />
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
              <Elapsed from={since} />
            </span>
          ) : null}
          {run.tokens ? <span>{tokens(run.tokens)}</span> : null}
        </span>
        <Icon of={ChevronDown} className="refrain-icon refrain-chevron" />
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
