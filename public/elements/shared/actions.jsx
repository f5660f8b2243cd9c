import { useEffect, useRef, useState } from 'react'
import { Trash2 } from 'lucide-react'
import { Plain } from './buttons'

export const BEGUN = 'The new run has begun in the conversation.'

/* What a person does with a run: doing it again, and deleting it once they were asked whether they mean it.

   `say` is told what did not work; `begun` and `deleted` are called when it did. */
export function useRunActions(run, { say, begun, deleted }) {
  const [asking, setAsking] = useState(false)
  const [busy, setBusy] = useState(false)
  const act = async (name, then) => {
    setBusy(true)
    try {
      const answer = await callAction({ name, payload: { run_id: run.id } })
      if (answer && answer.success === false) throw new Error()
      then(answer && answer.response)
    } catch {
      say('That did not work. Try again.')
    } finally {
      setBusy(false)
    }
  }
  const again = () => act('rerun', begun)
  const remove = () =>
    act('delete_run', (response) => {
      if (response && response.deleted) deleted()
      else setAsking(false)
    })
  return { busy, asking, again, remove, ask: () => setAsking(true), keep: () => setAsking(false) }
}

/* Asks whether a run is to be deleted. What keeps it takes the focus, `wait` milliseconds after it appeared. */
export function DeleteQuestion({ actions, wait = 0 }) {
  const keep = useRef(null)
  useEffect(() => {
    const timer = setTimeout(() => keep.current && keep.current.focus(), wait)
    return () => clearTimeout(timer)
  }, [])
  return (
    <div className="refrain-confirm" role="group" aria-label="Delete this run">
      <p>Delete this run for good? Its steps, its answer and what is remembered of them go. The conversation stays.</p>
      <div className="refrain-row">
        <Plain icon={Trash2} data-danger="true" disabled={actions.busy} onClick={actions.remove}>
          Delete for good
        </Plain>
        <button type="button" className="refrain-quiet" ref={keep} onClick={actions.keep}>
          Keep it
        </button>
      </div>
    </div>
  )
}
