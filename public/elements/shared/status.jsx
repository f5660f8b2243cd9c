import { Ban, Check, Circle, CircleAlert, Loader2, MessageCircleQuestion, X } from 'lucide-react'
import { Icon } from './icon'

/* How a run stands. */
export const STATUS = {
  running: { icon: Loader2, word: 'Running' },
  completed: { icon: Check, word: 'Completed' },
  failed: { icon: X, word: 'Failed' },
  paused: { icon: MessageCircleQuestion, word: 'Waiting for you' },
  cancelled: { icon: Ban, word: 'Stopped' },
  interrupted: { icon: CircleAlert, word: 'Interrupted' }
}

const known = (status) => STATUS[status] || { icon: Circle, word: status }

export function Status({ status }) {
  const { icon, word } = known(status)
  return (
    <span className="refrain-status" data-status={status}>
      <Icon of={icon} />
      {word}
    </span>
  )
}

/* The icon alone; its word is for those who listen, followed by what `stop` holds it apart with. */
export function StatusMark({ status, stop = '' }) {
  const { icon, word } = known(status)
  return (
    <span className="refrain-state" data-status={status} title={word}>
      <Icon of={icon} />
      <span className="sr-only">
        {word}
        {stop}
      </span>
    </span>
  )
}
