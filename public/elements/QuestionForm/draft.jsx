import { useEffect, useRef, useState } from 'react'
import { Markdown } from '@/components/markdown'

const MISSABLE = 8 // pixels of a draft that need no word

// A long draft scrolls in its box, which says that there is more, and can be as long as the draft.
export function Draft({ name, shown }) {
  const [whole, setWhole] = useState(false)
  const [long, setLong] = useState(false)
  const [more, setMore] = useState(false)
  const box = useRef(null)
  const look = () => {
    const { scrollHeight, scrollTop, clientHeight } = box.current
    if (!whole) setLong(scrollHeight - clientHeight > MISSABLE)
    setMore(scrollHeight - scrollTop - clientHeight > MISSABLE)
  }
  useEffect(() => {
    const sizes = new ResizeObserver(look)
    sizes.observe(box.current)
    Array.from(box.current.children, (part) => sizes.observe(part))
    return () => sizes.disconnect()
  }, [whole, shown])
  return (
    <div className="refrain-draft-frame" data-more={more}>
      <div
        ref={box}
        className="refrain-draft"
        data-code={shown.startsWith('```') || undefined}
        data-whole={whole || undefined}
        role="region"
        aria-label={`Draft of ${name}`}
        tabIndex={0}
        onScroll={look}
      >
        <Markdown>{shown || '*The draft is empty.*'}</Markdown>
      </div>
      {long || whole ? (
        <div className="refrain-draft-more">
          <button type="button" aria-expanded={whole} onClick={() => setWhole(!whole)}>
            {whole ? 'Show less' : 'Show all'}
          </button>
          {more ? <span aria-hidden="true">More below</span> : null}
        </div>
      ) : null}
    </div>
  )
}
