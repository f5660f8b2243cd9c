const VIEWS = ['Steps', 'Timeline', 'Result']

/* The choice of a view: arrow keys go from one to the next. */
export function Views({ view, choose }) {
  const move = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    if (!step) return
    event.preventDefault()
    const next = VIEWS[(VIEWS.indexOf(view) + step + VIEWS.length) % VIEWS.length]
    choose(next)
    document.getElementById(`refrain-tab-${next}`).focus()
  }
  return (
    <div className="refrain-segments" role="tablist" aria-label="Views of the run" onKeyDown={move}>
      {VIEWS.map((name) => (
        <button
          key={name}
          id={`refrain-tab-${name}`}
          type="button"
          role="tab"
          aria-selected={view === name}
          aria-controls="refrain-view"
          tabIndex={view === name ? 0 : -1}
          onClick={() => choose(name)}
        >
          {name}
        </button>
      ))}
    </div>
  )
}
