import { useContext } from 'react'
import { Check, MessageSquare, Pencil, RotateCw } from 'lucide-react'
import { End, Press } from './buttons'
import { Draft } from './draft'
import { Form } from './form'
import { Words } from './words'

export function Review({ question }) {
  const { answer, entry, enter } = useContext(Form)
  const json = question.draft_kind === 'json'
  const name = question.path.split('/').filter((part) => !part.startsWith('#')).pop()
  const back = (
    <Press quiet onPress={() => enter({ mode: '' })}>
      Back
    </Press>
  )
  if (entry.mode === 'edit') {
    return (
      <>
        <Words
          name="output"
          label={`Your version of ${name}`}
          value={entry.output}
          code={json}
          rows={Math.min(20, Math.max(6, entry.output.split('\n').length + 2))}
          help={json ? 'As JSON. Ctrl + Enter sends it' : 'Ctrl + Enter sends it'}
        />
        <div className="refrain-presses">
          <Press main send icon={Check}>
            Approve my version
          </Press>
          {back}
        </div>
      </>
    )
  }
  return (
    <>
      <Draft name={name} shown={question.shown} />
      {entry.mode === 'feedback' ? (
        <>
          <Words
            name="feedback"
            label="What should be different?"
            value={entry.feedback}
            rows={3}
            help="The step runs again with this, and asks you once more. Ctrl + Enter sends it"
          />
          <div className="refrain-presses">
            <Press main send icon={RotateCw}>
              Send and try again
            </Press>
            {back}
          </div>
        </>
      ) : (
        <div className="refrain-presses">
          <Press main icon={Check} onPress={() => answer({ approve: true })}>
            Approve
          </Press>
          {question.editable ? (
            <Press icon={Pencil} onPress={() => enter({ mode: 'edit' })}>
              Edit
            </Press>
          ) : null}
          <Press icon={MessageSquare} onPress={() => enter({ mode: 'feedback' })}>
            Ask for changes
          </Press>
          <End word="Reject">Rejecting the draft ends the run here. What it has done so far is kept.</End>
        </div>
      )}
    </>
  )
}
