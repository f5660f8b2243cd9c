import { ChevronRight, GitCompare } from 'lucide-react'
import { Quiet } from '../shared/buttons'
import { Icon } from '../shared/icon'
import { useOpenPanel } from '../shared/opening'
import { ago, figure, moment } from '../shared/refrain'
import { StatusMark } from '../shared/status'
import { here } from './here'

export function Versions({ run }) {
  const openPanel = useOpenPanel()
  const others = (run.versions || []).filter((line) => line.id !== run.id)
  if (!others.length) return null
  const newer = (line) => Date.parse(line.started_at) > Date.parse(run.started_at)
  const comparable = (line) => line.status === 'completed' && run.status === 'completed'
  const compare = (line) => {
    const [to, from] = newer(line) ? [line.id, run.id] : [run.id, line.id]
    openPanel('RunChanges', 'What changed', { run_id: to, since: from, back: here })
  }
  return (
    <details className="refrain-versions">
      <summary>
        <Icon of={ChevronRight} />
        {others.length === 1 ? 'One other run of this request' : `${figure(others.length)} other runs of this request`}
      </summary>
      <ul>
        {others.map((line) => (
          <li key={line.id}>
            <button
              type="button"
              className="refrain-link"
              title={moment(line.started_at)}
              onClick={() => openPanel('RunPanel', 'Run', { run_id: line.id, back: here })}
            >
              {newer(line) ? 'Later' : 'Earlier'}, {ago(line.started_at)}
            </button>
            <StatusMark status={line.status} />
            {comparable(line) ? (
              <Quiet icon={GitCompare} onClick={() => compare(line)}>
                What changed
              </Quiet>
            ) : null}
          </li>
        ))}
      </ul>
    </details>
  )
}
