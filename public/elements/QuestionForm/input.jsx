import { useContext } from 'react'
import { Check } from 'lucide-react'
import { Cancel, Press } from './buttons'
import { Fields } from './fields'
import { Form } from './form'

export function Input({ question }) {
  const { root, entry, enter } = useContext(Form)
  return (
    <>
      {root.description ? <p className="refrain-intro">{root.description}</p> : null}
      <Fields schema={root} path="" value={entry.values} change={(values) => enter({ values })} />
      {(root.required || []).length ? <p className="refrain-help">Fields with * are needed.</p> : null}
      <div className="refrain-presses">
        <Press main send icon={Check}>
          Send and go on
        </Press>
        <Cancel />
      </div>
    </>
  )
}
