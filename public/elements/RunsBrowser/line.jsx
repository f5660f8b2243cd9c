import { BEGUN, DeleteQuestion, useRunActions } from '../shared/actions'
import { Figures } from '../shared/figures'
import { StatusMark } from '../shared/status'
import { LineMenu } from './menu'

const MENU_CLOSES = 50 // milliseconds after which the menu has given the focus back

/* A run of the list: opens it, and tells what became of it when one does something with it. */
export function Line({ run, open, say, deleted }) {
  const actions = useRunActions(run, { say, begun: () => say(BEGUN), deleted })
  return (
    <li className="refrain-run" data-status={run.status} data-run={run.id}>
      <div className="refrain-run-line">
        <button type="button" className="refrain-run-open" onClick={() => open(run)}>
          <StatusMark status={run.status} stop=": " />
          <span className="refrain-run-asked">{run.input}</span>
        </button>
        <LineMenu run={run} actions={actions} />
      </div>
      <p className="refrain-figures refrain-run-below">
        <span>{run.workflow}</span>
        <Figures run={run} />
      </p>
      {actions.asking ? <DeleteQuestion actions={actions} wait={MENU_CLOSES} /> : null}
    </li>
  )
}
