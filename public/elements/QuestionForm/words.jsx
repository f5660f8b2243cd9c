import { useContext } from 'react'
import { Form } from './form'
import { Label, Notes } from './labels'

export function Words({ name, label, value, code, rows, help }) {
  const { base, errors, enter } = useContext(Form)
  const id = `${base}-${name}`
  const problem = errors[name]
  return (
    <div className="refrain-field">
      <Label htmlFor={id} title={label} />
      <textarea
        id={id}
        name={name}
        rows={rows}
        className="refrain-input"
        data-code={code || undefined}
        value={value}
        onChange={(event) => enter({ [name]: event.target.value })}
        aria-describedby={`${id}-help${problem ? ` ${id}-problem` : ''}`}
        aria-invalid={problem ? true : undefined}
      />
      <Notes id={id} help={help} problem={problem} />
    </div>
  )
}
