import { Label } from './labels'
import { told } from './options'

/* What a field is entered with. Each takes the schema, kind and options of its field, its `id`, `path` and `title`,
   the `marks` that join it to its notes, the notes themselves, its value and what to `change` it with. */

export function CheckField({ id, path, title, marks, notes, value, change }) {
  return (
    <div className="refrain-field">
      <label className="refrain-option">
        <input
          type="checkbox"
          id={id}
          name={path}
          checked={value}
          onChange={(event) => change(event.target.checked)}
          {...marks}
        />
        <span>{title}</span>
      </label>
      {notes}
    </div>
  )
}

export function OptionsField({ kind, options, optional, path, title, required, marks, notes, value, change }) {
  const many = kind === 'several'
  const ways = options.map((option) => ({ key: JSON.stringify(option), option, word: told(option) }))
  if (!many && optional) ways.push({ key: '', option: null, word: 'No choice' })
  const toggled = (option) => (value.includes(option) ? value.filter((one) => one !== option) : [...value, option])
  return (
    <fieldset className="refrain-field refrain-choices" role={many ? 'group' : 'radiogroup'} {...marks}>
      <Label as="legend" title={title} required={required} />
      <div className="refrain-options">
        {ways.map(({ key, option, word }) => (
          <label key={key} className="refrain-option">
            <input
              type={many ? 'checkbox' : 'radio'}
              name={path}
              checked={many ? value.includes(option) : value === key}
              onChange={() => change(many ? toggled(option) : key)}
              {...marks}
            />
            <span>{word}</span>
          </label>
        ))}
      </div>
      {notes}
    </fieldset>
  )
}

function Choice({ options, optional, ...rest }) {
  return (
    <select {...rest}>
      {optional || rest.value === '' ? (
        <option value="" disabled={!optional}>
          {optional ? 'No choice' : 'Choose'}
        </option>
      ) : null}
      {options.map((option) => (
        <option key={JSON.stringify(option)} value={JSON.stringify(option)}>
          {told(option)}
        </option>
      ))}
    </select>
  )
}

const INPUTS = { date: 'date', 'date-time': 'datetime-local', time: 'time' }
const FORMATS = { email: 'email', password: 'password', uri: 'url' }
const NUMERIC = { integer: 'numeric', number: 'decimal' }

export function TypedField({ schema, kind, options, optional, id, path, title, required, marks, notes, value, change }) {
  const typed = {
    id,
    name: path,
    value,
    ...marks,
    'aria-required': required || undefined,
    onChange: (event) => change(event.target.value),
    className: 'refrain-input'
  }
  return (
    <div className="refrain-field">
      <Label htmlFor={id} title={title} required={required} />
      {kind === 'choice' ? (
        <Choice options={options} optional={optional} {...typed} />
      ) : ['long', 'lines', 'json'].includes(kind) ? (
        <textarea {...typed} rows={kind === 'lines' ? 3 : 4} data-code={kind === 'json' || undefined} />
      ) : (
        <input
          {...typed}
          type={INPUTS[kind] || FORMATS[schema.format] || 'text'}
          inputMode={NUMERIC[kind]}
          data-short={INPUTS[kind] || NUMERIC[kind] ? true : undefined}
          autoComplete="off"
        />
      )}
      {notes}
    </div>
  )
}
