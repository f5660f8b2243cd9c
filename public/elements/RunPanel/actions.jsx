import { RotateCw, Trash2 } from 'lucide-react'
import { DeleteQuestion, useRunActions } from '../shared/actions'
import { Quiet } from '../shared/buttons'
import { ExportMenu } from '../shared/exports'

/* What can be done with the run. */
export function Actions({ run, say, begun, deleted }) {
  const actions = useRunActions(run, { say, begun, deleted })
  if (actions.asking) return <DeleteQuestion actions={actions} />
  return (
    <div className="refrain-row" role="group" aria-label="What you can do with this run">
      <Quiet icon={RotateCw} disabled={actions.busy} onClick={actions.again}>
        Run again
      </Quiet>
      <ExportMenu runId={run.id} />
      {run.live ? null : (
        <Quiet icon={Trash2} disabled={actions.busy} onClick={actions.ask}>
          Delete run
        </Quiet>
      )}
    </div>
  )
}
