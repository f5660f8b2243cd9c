import { useEffect, useRef, useState } from 'react'
import { GitBranch } from 'lucide-react'
import { Plain, Quiet } from '../shared/buttons'
import { readable } from './text'

/* "Edit or run again from here": as it is, or with another output in the place of this step's. */
export function Rerun({ runId, node, whole, done }) {
  const [editing, setEditing] = useState(false)
  const [text, setText] = useState('')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState('')
  const box = useRef(null)
  const begin = async () => {
    setEditing(true)
    const full = await whole()
    setText(node.text ? full.raw ?? full.output : readable(full.output))
  }
  useEffect(() => {
    if (editing && box.current) box.current.focus()
  }, [editing])
  const fork = async (output) => {
    setBusy(true)
    setError('')
    try {
      const payload = { run_id: runId, at: node.path }
      if (output !== undefined) payload.output = output
      const answer = await callAction({ name: 'fork', payload })
      if (answer && answer.success === false) throw new Error()
      setEditing(false)
      done(answer && answer.response)
    } catch {
      setError('The new run could not be started. Try again.')
    } finally {
      setBusy(false)
    }
  }
  const withText = () => {
    if (node.text) return fork(text)
    try {
      return fork(JSON.parse(text))
    } catch {
      return setError('This is not valid JSON yet. Mend it, or cancel.')
    }
  }
  if (!editing) {
    return (
      <Quiet icon={GitBranch} onClick={begin}>
        Edit or run again from here
      </Quiet>
    )
  }
  return (
    <div className="refrain-editor">
      <label htmlFor={`edit-${node.path}`}>
        What {node.name} gave. All before it is kept; all after it is done again, in a new run.
      </label>
      <textarea
        id={`edit-${node.path}`}
        ref={box}
        rows={8}
        value={text}
        spellCheck={node.text}
        data-text={node.text}
        onChange={(event) => setText(event.target.value)}
      />
      {error ? (
        <p className="refrain-error" role="alert">
          {error}
        </p>
      ) : null}
      <div className="refrain-row">
        <Plain disabled={busy || !text.trim()} data-primary="true" onClick={withText}>
          Run from here with this text
        </Plain>
        <Plain disabled={busy} onClick={() => fork()}>
          Run this step again
        </Plain>
        <Quiet disabled={busy} onClick={() => setEditing(false)}>
          Cancel
        </Quiet>
      </div>
    </div>
  )
}
