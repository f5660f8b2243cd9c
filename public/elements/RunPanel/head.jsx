import { Figures } from '../shared/figures'
import { Status } from '../shared/status'
import { since } from '../shared/time'
import { Feedback } from './feedback'
import { Problem } from './problem'
import { Versions } from './versions'

/* What was asked, how the run stands, why it was begun and what was said of it; `children` stand below. */
export function Head({ run, now, children }) {
  return (
    <header className="refrain-head">
      <h2 className="refrain-asked">{run.input}</h2>
      <div className="refrain-facts">
        <Status status={run.status} />
        <p className="refrain-figures">
          <Figures run={run} seconds={run.live ? since(run.started_at, now) : run.seconds} />
        </p>
      </div>
      {run.error ? <Problem text={run.error} /> : null}
      {run.question ? (
        <p className="refrain-reason">It waits for your answer in its conversation: {run.question.prompt}</p>
      ) : null}
      {run.reason ? <p className="refrain-reason">{run.reason}</p> : null}
      <Feedback feedback={run.feedback || []} />
      <Versions run={run} />
      {children}
    </header>
  )
}
