import { ChevronDown, GitCompare, ListTree } from 'lucide-react'
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuTrigger
} from '@/components/ui/dropdown-menu'
import { Quiet } from '../shared/buttons'
import { ExportMenu } from '../shared/exports'
import { Icon } from '../shared/icon'

function ShowRun({ cites, open }) {
  if (cites.length < 2) {
    return (
      <Quiet icon={ListTree} onClick={() => open(cites[0])}>
        Show run
      </Quiet>
    )
  }
  return (
    <DropdownMenu modal={false}>
      <DropdownMenuTrigger asChild>
        <button type="button" className="refrain-quiet">
          <Icon of={ListTree} />
          Show run
          <Icon of={ChevronDown} />
        </button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="start" className="refrain-menu">
        {cites.map((id, i) => (
          <DropdownMenuItem key={id} onSelect={() => open(id)}>
            {i ? `Also cited, ${i + 1} of ${cites.length}` : 'Cited most'}
          </DropdownMenuItem>
        ))}
      </DropdownMenuContent>
    </DropdownMenu>
  )
}

/* What one can do with an answer: see the run behind it, what is new in it, take it along. */
export function AnswerRow({ progress, openPanel }) {
  const { runs = [], cites = [], earlier, session_id: sessionId } = progress
  const own = runs.map((run) => run.run_id).reverse()
  const shown = own.length ? own : cites
  const open = (id) => {
    const run = runs.find((one) => one.run_id === id)
    openPanel('RunPanel', run ? run.workflow : 'Run', { run_id: id })
  }
  return (
    <div className="refrain-row" role="group" aria-label="About this answer">
      {shown.length ? <ShowRun cites={shown} open={open} /> : null}
      {earlier && own.length ? (
        <Quiet
          icon={GitCompare}
          onClick={() => openPanel('RunChanges', 'What changed', { run_id: own[0], since: earlier })}
        >
          What changed
        </Quiet>
      ) : null}
      {shown.length || sessionId ? <ExportMenu runId={shown[0]} sessionId={sessionId} /> : null}
    </div>
  )
}
