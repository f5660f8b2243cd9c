import { kindOf, resolve } from './schema'

// What stands in the fields at first: texts as they are typed, choices as JSON, so that 1 and "1" differ.
export const initial = (given, schema, root) => {
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

const numeral = (text) => (/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Number(text) : text)

// What the fields hold, as the server takes it and judges it; undefined for what is left out. `wrong` collects what
// cannot be sent at all.
export const collect = (entered, schema, root, path, wrong) => {
  const made = resolve(schema, root)
  const kind = kindOf(made, root)
  const inner = (name) => (path ? `${path}.${name}` : String(name))
  if (kind === 'check') return Boolean(entered)
  if (path && made.nullable && isBlank(entered)) return null
  if (kind === 'several') return entered
  if (kind === 'lines') {
    const items = resolve(made.items, root)
    const lines = entered.split('\n').map((line) => line.trim()).filter(Boolean)
    return items.type === 'string' ? lines : lines.map(numeral)
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
  if (kind === 'integer' || kind === 'number') return numeral(entered.trim())
  if (kind === 'json') return parsed(entered, (problem) => (wrong[path] = problem))
  return entered
}

export const parsed = (text, complain) => {
  try {
    return JSON.parse(text)
  } catch (error) {
    complain(`This is not JSON: ${error.message}`)
    return undefined
  }
}
