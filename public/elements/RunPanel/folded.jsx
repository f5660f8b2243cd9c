import { useState } from 'react'
import { More } from '../shared/more'

/* The input of a step is mostly the output of the one before: its beginning will do. */
export function Folded({ text }) {
  const [open, setOpen] = useState(false)
  const long = text.length > 240 || text.split('\n').length > 4
  return (
    <>
      <p className="refrain-given" data-open={open || !long}>
        {text}
      </p>
      {long ? (
        <More aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? 'Show less' : 'Show more'}
        </More>
      ) : null}
    </>
  )
}
