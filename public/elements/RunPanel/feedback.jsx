import { ThumbsDown, ThumbsUp } from 'lucide-react'
import { Icon } from '../shared/icon'

export function Feedback({ feedback }) {
  return feedback.map((one, i) => (
    <p key={i} className="refrain-feedback">
      <Icon of={one.value ? ThumbsUp : ThumbsDown} />
      <span className="sr-only">{one.value ? 'You found it helpful' : 'You did not find it helpful'}</span>
      {one.comment ? <q>{one.comment}</q> : <span>{one.value ? 'Helpful' : 'Not helpful'}</span>}
    </p>
  ))
}
