import { Plain } from './buttons'

/* What stands in a panel until it has loaded: lines as wide as `widths` (percent), and a block. */
export function Skeleton({ label, widths }) {
  return (
    <div className="refrain-skeleton" role="status" aria-label={label}>
      {widths.map((width, i) => (
        <span key={i} style={{ width: `${width}%` }} />
      ))}
      <span className="refrain-skeleton-block" />
    </div>
  )
}

/* Why nothing could be loaded; without `retry` there is no use in trying again. */
export function Trouble({ text, retry }) {
  return (
    <div className="refrain-trouble" role="alert">
      <p>{text}</p>
      {retry ? <Plain onClick={retry}>Try again</Plain> : null}
    </div>
  )
}
