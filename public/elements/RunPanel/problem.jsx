import { CircleAlert } from 'lucide-react'
import { Icon } from '../shared/icon'

/* What went wrong with a run or a step. */
export function Problem({ text }) {
  return (
    <p className="refrain-error">
      <Icon of={CircleAlert} />
      <span>{text}</span>
    </p>
  )
}
