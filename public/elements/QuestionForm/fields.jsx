import { useContext } from 'react'
import { Plus, Trash2 } from 'lucide-react'
import { Press } from './buttons'
import { CheckField, OptionsField, TypedField } from './controls'
import { Form } from './form'
import { hint, problemAt } from './hints'
import { Label, Notes } from './labels'
import { areBeside, optionsOf } from './options'
import { human, kindOf, resolve } from './schema'
import { initial } from './values'

function Field({ name, path, schema, required, value, change }) {
  const { root, errors, base } = useContext(Form)
  const made = resolve(schema, root)
  const kind = kindOf(made, root)
  const holdsFields = kind === 'fields' || kind === 'group'
  const id = `${base}-${path}`
  const title = schema.title || human(name)
  const problem = problemAt(errors, path, !holdsFields)
  const help = hint(made, kind)
  const described = [help && `${id}-help`, problem && `${id}-problem`].filter(Boolean).join(' ') || undefined
  const marks = { 'aria-describedby': described, 'aria-invalid': problem ? true : undefined }
  const notes = <Notes id={id} help={help} problem={problem} />
  if (holdsFields) {
    const Inner = kind === 'fields' ? Fields : Group
    return (
      <fieldset className="refrain-fieldset" aria-describedby={described}>
        <Label as="legend" title={title} required={required && kind === 'fields'} />
        {notes}
        <Inner schema={made} path={path} value={value} change={change} title={title} />
      </fieldset>
    )
  }
  const options = optionsOf(made, kind, root)
  const optional = made.nullable || (!required && made.default == null) // may be without a choice
  const Control = kind === 'check' ? CheckField : areBeside(options, kind) ? OptionsField : TypedField
  return (
    <Control
      schema={made}
      kind={kind}
      options={options}
      optional={optional}
      id={id}
      path={path}
      title={title}
      required={required}
      marks={marks}
      notes={notes}
      value={value}
      change={change}
    />
  )
}

export function Fields({ schema, path, value, change }) {
  const required = schema.required || []
  return Object.entries(schema.properties).map(([name, field]) => (
    <Field
      key={name}
      name={name}
      path={path ? `${path}.${name}` : name}
      schema={field}
      required={required.includes(name)}
      value={value[name]}
      change={(inner) => change({ ...value, [name]: inner })}
    />
  ))
}

function Group({ schema, path, value, change, title }) {
  const { root } = useContext(Form)
  const items = resolve(schema.items, root)
  const word = human(items.title || title)
  const full = schema.maxItems !== undefined && value.length >= schema.maxItems
  return (
    <>
      {value.map((item, i) => (
        <fieldset key={i} className="refrain-fieldset" data-item>
          <legend className="refrain-label">
            {word} {i + 1}
          </legend>
          <Fields
            schema={items}
            path={`${path}.${i}`}
            value={item}
            change={(inner) => change(value.map((one, at) => (at === i ? inner : one)))}
          />
          <Press quiet icon={Trash2} onPress={() => change(value.filter((_, at) => at !== i))}>
            Remove {word.toLowerCase()} {i + 1}
          </Press>
        </fieldset>
      ))}
      {full ? null : (
        <Press icon={Plus} onPress={() => change([...value, initial(undefined, schema.items, root)])}>
          Add {word.toLowerCase()}
        </Press>
      )}
    </>
  )
}
