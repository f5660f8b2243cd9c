import { ago, cost, lasting, moment, tokens } from './refrain'

/* When a run began, how long it took and what it used. */
export function Figures({ run, seconds = run.seconds }) {
  return (
    <>
      <time dateTime={run.started_at} title={moment(run.started_at)}>
        {ago(run.started_at)}
      </time>
      {seconds != null ? <span>{lasting(seconds)}</span> : null}
      {run.tokens ? <span>{tokens(run.tokens)}</span> : null}
      {run.cost != null ? <span>{cost(run.cost)}</span> : null}
    </>
  )
}
