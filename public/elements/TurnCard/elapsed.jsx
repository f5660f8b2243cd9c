import { lasting } from '../shared/refrain'
import { since, useNow } from '../shared/time'

/* How long it has been since a time of the server's, going on. */
export function Elapsed({ from }) {
  return <span className="refrain-seconds">{lasting(since(from, useNow(true)))}</span>
}
