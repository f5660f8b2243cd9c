import { createContext, memo, useContext, useEffect, useId, useRef, useState } from 'react'
import { useRecoilValue } from 'recoil'
import { ChainlitContext, messagesState } from '@chainlit/react-client'
import { Check, Loader2, MessageSquare, Pencil, Plus, RotateCw, Trash2 } from 'lucide-react'
import { Markdown } from '@/components/markdown'

const LONG = 200 // characters; a text that may be longer gets several lines
const FEW = 4 // choices that stand side by side
const PATIENCE = 20000 // milliseconds for the server to take an answer
const SLOW = 10000 // milliseconds after which "Going on" wants a word more
const MISSABLE = 8 // pixels of a draft that need no word
const { kept } = window.refrain

/* ---- The form's schema: JSON Schema as pydantic writes it. ---- */

const human = (name) => {
  const words = String(name).replace(/[_-]+/g, ' ').trim()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

const pointed = (root, ref) =>
  ref
    .replace(/^#\//, '')
    .split('/')
    .reduce((part, key) => (part || {})[key.replace(/~1/g, '/').replace(/~0/g, '~')], root)

// Without references and without the `null` of what may be left out, which `nullable` tells instead.
const resolve = (schema, root) => {
  let made = schema || {}
  for (let depth = 0; depth < 16; depth++) {
    const ways = made.anyOf || made.oneOf
    if (made.$ref) {
      const { $ref, ...own } = made
      made = { ...pointed(root, $ref), ...own }
    } else if (made.allOf && made.allOf.length === 1) {
      const { allOf, ...own } = made
      made = { ...allOf[0], ...own }
    } else if (ways) {
      const { anyOf, oneOf, discriminator, ...own } = made
      const real = ways.filter((way) => way.type !== 'null')
      const nullable = own.nullable || real.length < ways.length
      if (real.length !== 1) return { ...own, nullable, ways: real.map((way) => resolve(way, root)) }
      made = { ...real[0], ...own, nullable }
    } else break
  }
  if (made.enum && made.enum.includes(null)) {
    made = { ...made, nullable: true, enum: made.enum.filter((option) => option !== null) }
  }
  return made
}

const PLAIN = ['string', 'integer', 'number']

const kindOf = (schema, root) => {
  if (schema.enum || 'const' in schema) return 'choice'
  if (schema.ways) return schema.ways.every((way) => PLAIN.includes(way.type) && !way.enum) ? 'text' : 'json'
  if (schema.type === 'boolean') return schema.nullable ? 'choice' : 'check'
  if (schema.type === 'integer' || schema.type === 'number') return schema.type
  if (schema.type === 'array') {
    const items = resolve(schema.items, root)
    if (items.enum) return 'several'
    if (PLAIN.includes(items.type)) return 'lines'
    return items.properties ? 'group' : 'json'
  }
  if (schema.type === 'object') return schema.properties ? 'fields' : 'json'
  if (['date', 'date-time', 'time'].includes(schema.format)) return schema.format
  const long = schema.maxLength > LONG || String(schema.default || '').length > 80 || /\n/.test(schema.default || '')
  return schema.format === 'textarea' || (schema.type === 'string' && long) ? 'long' : 'text'
}

const optionsOf = (schema) => {
  if (schema.type === 'boolean') return [true, false]
  return schema.enum || [schema.const]
}

const told = (option) => {
  if (option === true) return 'Yes'
  return option === false ? 'No' : String(option)
}

// What stands in the fields at first: texts as they are typed, choices as JSON, so that 1 and "1" differ.
const initial = (given, schema, root) => {
  const made = resolve(schema, root)
  const value = given === undefined ? made.default : given
  switch (kindOf(made, root)) {
    case 'choice':
      return value == null ? '' : JSON.stringify(value)
    case 'check':
      return Boolean(value)
    case 'several':
      return value || []
    case 'lines':
      return (value || []).join('\n')
    case 'group':
      return (value || []).map((item) => initial(item, made.items, root))
    case 'fields':
      return Object.fromEntries(
        Object.entries(made.properties).map(([name, field]) => [name, initial((value || {})[name], field, root)])
      )
    case 'json':
      return value == null ? '' : JSON.stringify(value, null, 2)
    case 'date-time':
      return value == null ? '' : String(value).slice(0, 16)
    default:
      return value == null ? '' : String(value)
  }
}

const isBlank = (entered) => {
  if (Array.isArray(entered)) return entered.every(isBlank)
  if (entered && typeof entered === 'object') return Object.values(entered).every(isBlank)
  return entered === '' || entered === false || entered == null
}

const number = (text) => (/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Number(text) : text)

// What the fields hold, as the server takes it and judges it; undefined for what is left out. `wrong` collects what
// cannot be sent at all.
const collect = (entered, schema, root, path, wrong) => {
  const made = resolve(schema, root)
  const kind = kindOf(made, root)
  const inner = (name) => (path ? `${path}.${name}` : String(name))
  if (kind === 'check') return Boolean(entered)
  if (path && made.nullable && isBlank(entered)) return null
  if (kind === 'several') return entered
  if (kind === 'lines') {
    const items = resolve(made.items, root)
    const lines = entered.split('\n').map((line) => line.trim()).filter(Boolean)
    return items.type === 'string' ? lines : lines.map(number)
  }
  if (kind === 'group') return entered.map((item, i) => collect(item, made.items, root, inner(i), wrong))
  if (kind === 'fields') {
    const parts = Object.entries(made.properties).map(([name, field]) => [
      name,
      collect(entered[name], field, root, inner(name), wrong)
    ])
    return Object.fromEntries(parts.filter(([, value]) => value !== undefined))
  }
  if (String(entered).trim() === '') {
    return (kind === 'text' || kind === 'long') && made.default && made.type === 'string' ? '' : undefined
  }
  if (kind === 'choice') return JSON.parse(entered)
  if (kind === 'integer' || kind === 'number') return number(entered.trim())
  if (kind === 'json') return parsed(entered, (problem) => (wrong[path] = problem))
  return entered
}

const parsed = (text, complain) => {
  try {
    return JSON.parse(text)
  } catch (error) {
    complain(`This is not JSON: ${error.message}`)
    return undefined
  }
}

/* ---- Fields. ---- */

const Form = createContext(null)

// What is wrong with a field, whichever part of it the server means, unless that part is shown by itself.
const problemAt = (errors, path, whole) => {
  if (errors[path]) return errors[path]
  const key = whole && Object.keys(errors).find((one) => one.startsWith(`${path}.`))
  if (!key) return ''
  const line = /^\d+$/.test(key.slice(path.length + 1)) ? `Line ${Number(key.slice(path.length + 1)) + 1}: ` : ''
  return line + errors[key]
}

const bounds = (schema) => {
  const least = schema.minimum ?? schema.exclusiveMinimum
  const most = schema.maximum ?? schema.exclusiveMaximum
  const above = schema.minimum === undefined ? 'More than' : 'At least'
  const below = schema.maximum === undefined ? 'less than' : 'at most'
  if (schema.minimum !== undefined && schema.maximum !== undefined) return `From ${least} to ${most}`
  if (least !== undefined && most !== undefined) return `${above} ${least}, ${below} ${most}`
  if (least !== undefined) return `${above} ${least}`
  return most === undefined ? '' : human(`${below} ${most}`)
}

const hint = (schema, kind) => {
  const parts = [schema.description]
  if (kind === 'integer' || kind === 'number') parts.push(bounds(schema))
  if (kind === 'lines') parts.push('One a line')
  if (kind === 'json') parts.push('As JSON')
  return parts.filter(Boolean).map((part) => part.replace(/\.$/, '')).join('. ')
}

function Label({ as: Tag = 'label', title, required, ...more }) {
  return (
    <Tag className="refrain-label" {...more}>
      {title}
      {required ? (
        <span className="refrain-required" aria-hidden="true">
          {' '}
          *
        </span>
      ) : null}
    </Tag>
  )
}

function Notes({ id, help, problem }) {
  return (
    <>
      {help ? (
        <span id={`${id}-help`} className="refrain-help">
          {help}
        </span>
      ) : null}
      {problem ? (
        <span id={`${id}-problem`} className="refrain-problem">
          {problem}
        </span>
      ) : null}
    </>
  )
}

const INPUTS = { date: 'date', 'date-time': 'datetime-local', time: 'time' }
const FORMATS = { email: 'email', password: 'password', uri: 'url' }

function Field({ name, path, schema, required, value, change }) {
  const { root, errors, base } = useContext(Form)
  const made = resolve(schema, root)
  const kind = kindOf(made, root)
  const id = `${base}-${path}`
  const title = schema.title || human(name)
  const problem = problemAt(errors, path, kind !== 'fields' && kind !== 'group')
  const help = hint(made, kind)
  const described = [help && `${id}-help`, problem && `${id}-problem`].filter(Boolean).join(' ') || undefined
  const marks = { 'aria-describedby': described, 'aria-invalid': problem ? true : undefined }
  const notes = <Notes id={id} help={help} problem={problem} />
  const plain = { id, name: path, value, ...marks, 'aria-required': required || undefined }
  const typed = { ...plain, onChange: (event) => change(event.target.value), className: 'refrain-input' }

  if (kind === 'check') {
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
  if (kind === 'fields' || kind === 'group') {
    const Inner = kind === 'fields' ? Fields : Group
    return (
      <fieldset className="refrain-fieldset" aria-describedby={described}>
        <Label as="legend" title={title} required={required && kind === 'fields'} />
        {notes}
        <Inner schema={made} path={path} value={value} change={change} title={title} />
      </fieldset>
    )
  }
  const may = made.nullable || (!required && made.default == null) // be without a choice
  const options = kind === 'several' ? resolve(made.items, root).enum : optionsOf(made)
  if (kind === 'several' || (kind === 'choice' && options.length <= FEW)) {
    const many = kind === 'several'
    const ways = options.map((option) => ({ key: JSON.stringify(option), option, word: told(option) }))
    if (!many && may) ways.push({ key: '', option: null, word: 'No choice' })
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
  return (
    <div className="refrain-field">
      <Label htmlFor={id} title={title} required={required} />
      {kind === 'choice' ? (
        <select {...typed}>
          {may || value === '' ? (
            <option value="" disabled={!may}>
              {may ? 'No choice' : 'Choose'}
            </option>
          ) : null}
          {options.map((option) => (
            <option key={JSON.stringify(option)} value={JSON.stringify(option)}>
              {told(option)}
            </option>
          ))}
        </select>
      ) : ['long', 'lines', 'json'].includes(kind) ? (
        <textarea {...typed} rows={kind === 'lines' ? 3 : 4} data-code={kind === 'json' || undefined} />
      ) : (
        <input
          {...typed}
          type={INPUTS[kind] || FORMATS[made.format] || 'text'}
          inputMode={{ integer: 'numeric', number: 'decimal' }[kind]}
          data-short={INPUTS[kind] || kind === 'integer' || kind === 'number' ? true : undefined}
          autoComplete="off"
        />
      )}
      {notes}
    </div>
  )
}

function Fields({ schema, path, value, change }) {
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

/* ---- Buttons, and what is told below them. ---- */

function Press({ icon: PressIcon, main, quiet, send, onPress, children }) {
  const { busy } = useContext(Form)
  const look = main ? 'main' : quiet ? 'quiet' : 'plain'
  return (
    <button
      type={send ? 'submit' : 'button'}
      className="refrain-press"
      data-look={look}
      disabled={Boolean(busy)}
      onClick={onPress}
    >
      {PressIcon ? <PressIcon className="refrain-icon" aria-hidden="true" /> : null}
      <span>{children}</span>
    </button>
  )
}

// A no that ends the run is asked about once more, as it cannot be taken back.
function End({ word, children }) {
  const { answer, entry, enter } = useContext(Form)
  const asked = useRef(null)
  useEffect(() => {
    if (asked.current) asked.current.scrollIntoView({ block: 'nearest' })
  }, [entry.ending])
  if (!entry.ending) {
    return (
      <Press quiet onPress={() => enter({ ending: true })}>
        {word}
      </Press>
    )
  }
  return (
    <div ref={asked} className="refrain-ending" role="group" aria-label={word}>
      <p>{children}</p>
      <Press onPress={() => answer({ approve: false })}>Yes, end the run</Press>
      <Press quiet onPress={() => enter({ ending: false })}>
        Keep it waiting
      </Press>
    </div>
  )
}

function Standing() {
  const { busy, problem } = useContext(Form)
  const [slow, setSlow] = useState(false)
  useEffect(() => {
    setSlow(false)
    if (busy !== 'taken') return undefined
    const timer = setTimeout(() => setSlow(true), SLOW)
    return () => clearTimeout(timer)
  }, [busy])
  return (
    <div className="refrain-standing" aria-live="polite">
      {busy ? (
        <p className="refrain-going">
          <Loader2 className="refrain-icon" aria-hidden="true" />
          Going on…
        </p>
      ) : null}
      {slow ? <p>Your answer was taken. If nothing moves here, reload the page.</p> : null}
      {problem ? (
        <div className="refrain-told" role="alert">
          <span>{problem.text}</span>
          {problem.reload ? (
            <button type="button" className="refrain-press" data-look="plain" onClick={() => window.location.reload()}>
              Reload the page
            </button>
          ) : null}
        </div>
      ) : null}
    </div>
  )
}

/* ---- The kinds of questions. ---- */

function Choices({ question }) {
  const { answer } = useContext(Form)
  if (question.kind === 'route') {
    return (
      <div className="refrain-presses">
        {question.choices.map((choice) => (
          <Press key={choice} onPress={() => answer({ choice })}>
            {choice}
          </Press>
        ))}
        <End word="Cancel the run">This ends the run here. What it has done so far is kept.</End>
      </div>
    )
  }
  const [yes, no] = question.kind === 'budget' ? ['Go on, grant the same again', 'Stop here'] : ['Go on', 'No, stop here']
  return (
    <div className="refrain-presses">
      <Press main icon={Check} onPress={() => answer({ approve: true })}>
        {yes}
      </Press>
      <Press onPress={() => answer({ approve: false })}>{no}</Press>
    </div>
  )
}

function Input({ question }) {
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
        <End word="Cancel the run">This ends the run here. What it has done so far is kept.</End>
      </div>
    </>
  )
}

function Words({ name, label, value, code, rows, help }) {
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

// A long draft scrolls in its box, which says that there is more, and can be as long as the draft.
function Draft({ name, shown }) {
  const [whole, setWhole] = useState(false)
  const [long, setLong] = useState(false)
  const [more, setMore] = useState(false)
  const box = useRef(null)
  const look = () => {
    const { scrollHeight, scrollTop, clientHeight } = box.current
    if (!whole) setLong(scrollHeight - clientHeight > MISSABLE)
    setMore(scrollHeight - scrollTop - clientHeight > MISSABLE)
  }
  useEffect(() => {
    const sizes = new ResizeObserver(look)
    sizes.observe(box.current)
    Array.from(box.current.children, (part) => sizes.observe(part))
    return () => sizes.disconnect()
  }, [whole, shown])
  return (
    <div className="refrain-draft-frame" data-more={more}>
      <div
        ref={box}
        className="refrain-draft"
        data-code={shown.startsWith('```') || undefined}
        data-whole={whole || undefined}
        role="region"
        aria-label={`Draft of ${name}`}
        tabIndex={0}
        onScroll={look}
      >
        <Markdown>{shown || '*The draft is empty.*'}</Markdown>
      </div>
      {long || whole ? (
        <div className="refrain-draft-more">
          <button type="button" aria-expanded={whole} onClick={() => setWhole(!whole)}>
            {whole ? 'Show less' : 'Show all'}
          </button>
          {more ? <span aria-hidden="true">More below</span> : null}
        </div>
      ) : null}
    </div>
  )
}

function Review({ question }) {
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
          <Press icon={Pencil} onPress={() => enter({ mode: 'edit' })}>
            Edit
          </Press>
          <Press icon={MessageSquare} onPress={() => enter({ mode: 'feedback' })}>
            Ask for changes
          </Press>
          <End word="Reject">Rejecting the draft ends the run here. What it has done so far is kept.</End>
        </div>
      )}
    </>
  )
}

/* ---- One question. ---- */

const text = (draft) => (typeof draft === 'string' ? draft : JSON.stringify(draft, null, 2))

const blank = (question) => ({
  mode: '',
  ending: false,
  feedback: '',
  output: question.kind === 'review' ? text(question.draft) : '',
  values: question.schema ? initial(undefined, question.schema, question.schema) : {}
})

const begun = (key, question) => {
  try {
    const entry = JSON.parse(window.sessionStorage.getItem(key))
    if (entry) return { ...blank(question), ...entry }
  } catch {
    // what cannot be read is entered anew
  }
  return blank(question)
}

const keep = (key, entry) => {
  try {
    if (entry) window.sessionStorage.setItem(key, JSON.stringify(entry))
    else window.sessionStorage.removeItem(key)
  } catch {
    // a full or closed storage costs only what a reload would have kept
  }
}

const KEPT = 'What you entered is kept here.'

// What to tell about an answer that was not taken.
const refusal = (status, message) => {
  if (status === 404) return { text: 'This run is not there any more.', reload: true }
  if (status === 409) return { text: message || 'This was answered already.', reload: true }
  if (status === 401) return { text: `You are signed out. Reload the page and sign in. ${KEPT}`, reload: true }
  if (status >= 500) return { text: `The server could not take the answer. ${KEPT} Try again in a moment.` }
  return { text: message || `The answer was not taken. ${KEPT} Try again.` }
}

// The answer that the form gives when it is sent; null when something is wrong with what was entered.
const sent = (question, entry, wrong) => {
  if (question.kind === 'input') {
    return { values: collect(entry.values, question.schema, question.schema, '', wrong) }
  }
  if (entry.mode === 'feedback') {
    if (!entry.feedback.trim()) wrong.feedback = 'Say what should be different.'
    return { feedback: entry.feedback.trim() }
  }
  if (entry.mode !== 'edit') return null
  if (!entry.output.trim()) wrong.output = 'Write something, or go back and reject the draft.'
  if (entry.output === text(question.draft)) return { approve: true }
  if (question.draft_kind === 'text') return { output: entry.output }
  const output = parsed(entry.output, (problem) => (wrong.output = wrong.output || problem))
  if (output === null) wrong.output = 'Write something, or go back and reject the draft.'
  return { output }
}

// The form takes the focus when nobody is typing elsewhere, and takes it back when the page was drawn anew.
const takeFocus = (form, key, fill, moves) => {
  const active = document.activeElement
  const composer = document.getElementById('chat-input')
  const idle = active === composer && composer && !(composer.value || composer.textContent || '').trim()
  if (active && active !== document.body && !idle) return
  const before = kept.get(key)
  const named = before && form.querySelector(`[name="${CSS.escape(before)}"]`)
  const first = fill && window.matchMedia('(pointer: fine)').matches && form.querySelector('input, select, textarea')
  const target = named || first || form
  target.focus({ preventScroll: true })
  if (moves && !named) form.scrollIntoView({ block: 'nearest' })
}

// How it stands with an answer. The form may be drawn anew while the answer is on its way: the new one is told.
const STILL = { busy: '', errors: {}, problem: null }
const STANDING = 'refrain-standing'

function useStanding(key) {
  const name = `${key}:standing`
  const [standing, setStanding] = useState(() => kept.get(name) || STILL)
  useEffect(() => {
    const look = () => setStanding(kept.get(name) || STILL)
    window.addEventListener(STANDING, look)
    look()
    return () => window.removeEventListener(STANDING, look)
  }, [name])
  const stand = (change) => {
    kept.set(name, { ...(kept.get(name) || STILL), ...change })
    window.dispatchEvent(new Event(STANDING))
  }
  return [standing, stand]
}

function Asked({ question, latest }) {
  const client = useContext(ChainlitContext)
  const key = `refrain-answer:${question.run_id}:${question.id}`
  const [entry, setEntry] = useState(() => begun(key, question))
  const [{ busy, errors, problem }, stand] = useStanding(key)
  const [said, setSaid] = useState('')
  const form = useRef(null)
  const base = useId()

  useEffect(() => {
    if (latest) takeFocus(form.current, key, question.kind === 'input', question.kind !== 'input')
    setSaid(`${question.workflow} is waiting for your answer`)
  }, [])
  useEffect(() => {
    const first = form.current.querySelector('input[aria-invalid="true"], select[aria-invalid="true"], textarea[aria-invalid="true"]')
    if (first) first.focus()
  }, [errors])
  useEffect(() => {
    const field = entry.mode && form.current.querySelector('textarea')
    if (!field || document.activeElement === field) return
    field.focus({ preventScroll: true })
    form.current.querySelector('.refrain-presses').scrollIntoView({ block: 'nearest' })
  }, [entry.mode])

  const enter = (change) =>
    setEntry((before) => {
      const next = { ...before, ...change }
      keep(key, next)
      return next
    })

  const answer = async (given) => {
    if (busy) return
    stand({ busy: 'sending', errors: {}, problem: null })
    let response
    try {
      response = await fetch(client.buildEndpoint(`/refrain/runs/${question.run_id}/answer`), {
        method: 'POST',
        credentials: 'include',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ question_id: question.id, ...given }),
        signal: AbortSignal.timeout(PATIENCE)
      })
    } catch {
      stand({ busy: '', problem: { text: `The server cannot be reached. ${KEPT} Try again in a moment.` } })
      return
    }
    if (response.ok) {
      keep(key, null)
      kept.delete(key)
      stand({ busy: 'taken' })
      return
    }
    const { message, fields } = await response.json().catch(() => ({}))
    stand({ busy: '', errors: fields || {}, problem: refusal(response.status, message) })
  }

  const submit = (event) => {
    event.preventDefault()
    const wrong = {}
    const given = sent(question, entry, wrong)
    if (Object.keys(wrong).length === 0) {
      if (given) answer(given)
      return
    }
    const fields = Object.keys(wrong).length > 1 ? 'Some fields need' : 'One field needs'
    stand({ errors: wrong, problem: { text: `${fields} another look.` } })
  }

  const keys = (event) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
    if (!form.current.querySelector('button[type="submit"]')) return
    event.preventDefault()
    form.current.requestSubmit()
  }

  const Kind = { input: Input, review: Review }[question.kind] || Choices
  const where = question.path.split('/').filter((part) => !part.startsWith('#')).join(' › ')
  return (
    <form
      ref={form}
      className="refrain-question"
      data-kind={question.kind}
      aria-label={question.prompt}
      aria-busy={Boolean(busy)}
      tabIndex={-1}
      noValidate
      onSubmit={submit}
      onKeyDown={keys}
      onFocus={(event) => kept.set(key, event.target.name || '')}
    >
      <p className="refrain-where">
        <span>{question.workflow}</span>
        {where ? <span>{where}</span> : null}
      </p>
      <span className="sr-only" role="status">
        {said}
      </span>
      <Form.Provider value={{ root: question.schema || {}, base, busy, errors, problem, entry, enter, answer }}>
        <Kind question={question} />
        <Standing />
      </Form.Provider>
    </form>
  )
}

const Open = memo(function Open({ question, latest }) {
  return <Asked key={`${question.run_id}:${question.id}`} question={question} latest={latest} />
})

// The open question stands in the metadata of the turn's step; answered anywhere, it is gone from there.
export default function QuestionForm() {
  const messages = useRecoilValue(messagesState)
  const turn = messages.find((message) => message.id === props.turn)
  const question = turn && turn.metadata && turn.metadata.question
  return question ? <Open question={question} latest={messages[messages.length - 1] === turn} /> : null
}
