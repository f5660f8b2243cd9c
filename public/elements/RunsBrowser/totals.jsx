import { cost, count, figure, lasting, tokens } from '../shared/refrain'

/* What all runs that fit add up to. Of none there is nothing to see, but those who listen are told. */
export function Totals({ totals }) {
  if (!totals.runs) {
    return (
      <p className="sr-only" role="status">
        No runs
      </p>
    )
  }
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
