import { lasting } from '../shared/refrain'
import { STATES } from '../shared/states'
import { since } from '../shared/time'

/* The leaf steps that have begun, each with the branch or round it stands in. */
function leaves(nodes, trail = []) {
  return nodes.flatMap((node) => {
    const children = node.children || []
    const here = node.round != null && node.kind !== 'round' ? [...trail, `Round ${node.round}`] : trail
    // A workflow as a step says no more of where its steps stand than the step around it.
    if (children.length) return leaves(children, node.kind === 'workflow' && here.length ? here : [...here, node.name])
    return node.offset == null ? [] : [{ ...node, trail: here }]
  })
}

const STRIDES = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600]
function ticksOf(length) {
  const stride = STRIDES.find((one) => length / one <= 4) || Math.ceil(length / 4)
  const ticks = []
  for (let at = 0; at <= length + 1e-9; at += stride) ticks.push(Number(at.toFixed(2)))
  return ticks
}
const tickWord = (seconds, minutes) =>
  minutes ? `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}` : `${seconds}`

/* Stretches in which no step was at work, and that are long beside the work: [from, to], in seconds of the run. */
const SHORT_PAUSE = 2 // seconds
function pausesOf(bars) {
  const sorted = [...bars].sort((one, other) => one.offset - other.offset)
  const worked = sorted.reduce((sum, bar) => sum + bar.length, 0)
  const pauses = []
  let end = 0
  sorted.forEach((bar) => {
    if (bar.offset - end > Math.max(SHORT_PAUSE, worked / 5)) pauses.push([end, bar.offset])
    end = Math.max(end, bar.offset + bar.length)
  })
  return pauses
}

export function Timeline({ run, now }) {
  const bars = leaves(run.tree)
    .filter((leaf) => !leaf.kept || leaf.seconds)
    .map((leaf) => ({
      ...leaf,
      length: leaf.state === 'running' ? Math.max(0, since(run.started_at, now) - leaf.offset) : leaf.seconds || 0
    }))
  if (!bars.length) return <p className="refrain-hint">No step has begun yet.</p>
  const pauses = pausesOf(bars)
  // The axis is cut where the run waited.
  const cut = (seconds) => pauses.reduce((left, [from, to]) => left - Math.max(0, Math.min(seconds, to) - from), seconds)
  const length = Math.max(0.1, ...bars.map((bar) => cut(bar.offset + bar.length)))
  const minutes = length >= 60
  const untold = [...pauses]
  const ticks = ticksOf(length)
  const share = (seconds) => `${(100 * seconds) / length}%`
  let before = ''
  return (
    <table className="refrain-timeline">
      <caption className="sr-only">When each step began, and how long it took</caption>
      <colgroup>
        <col className="refrain-col-name" />
        <col />
        <col className="refrain-col-took" />
      </colgroup>
      <thead className="sr-only">
        <tr>
          <th scope="col">Step</th>
          <th scope="col">Began</th>
          <th scope="col">Took</th>
        </tr>
      </thead>
      <tbody>
        <tr className="refrain-axis" aria-hidden="true">
          <td>{minutes ? 'min:s' : 'Seconds'}</td>
          <td>
            <div className="refrain-ticks">
              {ticks.map((tick) => (
                <span key={tick} style={{ left: share(tick) }} data-late={tick / length > 0.93}>
                  {tickWord(tick, minutes)}
                </span>
              ))}
            </div>
          </td>
          <td />
        </tr>
        {bars.map((bar) => {
          const group = bar.trail.join(' · ')
          const told = group && group !== before ? group : ''
          before = group
          const pause = untold.length && bar.offset >= untold[0][1] ? untold.shift() : null
          return [
            pause ? (
              <tr key={`${bar.path} pause`} className="refrain-pause">
                <th scope="rowgroup" colSpan={3}>
                  <span>Waited {lasting(pause[1] - pause[0])}</span>
                </th>
              </tr>
            ) : null,
            told ? (
              <tr key={`${bar.path} group`} className="refrain-group">
                <th scope="rowgroup" colSpan={3}>
                  {told}
                </th>
              </tr>
            ) : null,
            <tr key={bar.path} data-state={bar.state}>
              <th scope="row" title={bar.name}>
                {bar.name}
              </th>
              <td>
                <div className="refrain-lane">
                  {ticks.map((tick) => (
                    <i key={tick} style={{ left: share(tick) }} />
                  ))}
                  <span className="refrain-span" style={{ left: `min(${share(cut(bar.offset))}, 100% - 3px)`, width: share(bar.length) }} />
                  <span className="sr-only">
                    {(STATES[bar.state] || STATES.waiting).word}, after {lasting(bar.offset)}
                  </span>
                </div>
              </td>
              <td className="refrain-took">{lasting(bar.length)}</td>
            </tr>
          ]
        })}
      </tbody>
    </table>
  )
}
