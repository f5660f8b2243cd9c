import { useState } from 'react'
import { History, RotateCw, Square } from 'lucide-react'
import { Plain } from '../shared/buttons'

const BUTTON_ICONS = { stop: Square, resume: RotateCw, again: RotateCw, recall: History }

export function CardButton({ button }) {
  const [pressed, setPressed] = useState(false)
  const press = async () => {
    setPressed(true)
    try {
      await callAction({ name: button.name, payload: button.payload })
    } finally {
      setTimeout(() => setPressed(false), 1500)
    }
  }
  return (
    <Plain icon={BUTTON_ICONS[button.name]} data-button={button.name} disabled={pressed} onClick={press}>
      {button.label}
    </Plain>
  )
}
