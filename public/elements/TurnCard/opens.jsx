import { useEffect } from 'react'
import { Download, Rows3 } from 'lucide-react'
import { Plain } from '../shared/buttons'
import { exportLinks } from '../shared/exports'
import { Icon } from '../shared/icon'
import { kept } from '../shared/refrain'

// A turn that began after this page was opened, and a moment ago: no turn of the past that a page shows again.
const justNow = (at) => Date.parse(at) > performance.timeOrigin && Date.now() - Date.parse(at) < 10000

/* What a command asked to see: the runs, which open by themselves when the turn ended on this page; or the exports. */
export function Opens({ opens, progress, startedAt, openPanel }) {
  const { runs = [], cites = [], session_id: sessionId } = progress
  const browse = () => openPanel('RunsBrowser', 'Runs', { filter: opens.filter || {} })
  useEffect(() => {
    const name = `opened-${props.turn}`
    if (opens.panel !== 'runs' || kept.get(name)) return
    kept.set(name, true)
    if (justNow(startedAt)) browse()
  }, [])
  if (opens.panel === 'runs') {
    return (
      <Plain icon={Rows3} onClick={browse}>
        Open runs
      </Plain>
    )
  }
  const runId = runs.length ? runs[runs.length - 1].run_id : cites[0]
  return (
    <ul className="refrain-exports">
      {exportLinks(runId, sessionId).map((part) => (
        <li key={part.what}>
          <span>{part.what}</span>
          {part.links.map((link) => (
            <a key={link.label} className="refrain-button" href={link.href} download aria-label={link.name}>
              <Icon of={Download} />
              {link.label}
            </a>
          ))}
        </li>
      ))}
    </ul>
  )
}
