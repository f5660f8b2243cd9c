import { human } from './schema'

// What is wrong with a field, whichever part of it the server means, unless that part is shown by itself.
export const problemAt = (errors, path, whole) => {
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

export const hint = (schema, kind) => {
  const parts = [schema.description]
  if (kind === 'integer' || kind === 'number') parts.push(bounds(schema))
  if (kind === 'lines') parts.push('One a line')
  if (kind === 'json') parts.push('As JSON')
  return parts.filter(Boolean).map((part) => part.replace(/\.$/, '')).join('. ')
}
