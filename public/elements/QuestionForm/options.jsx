import { resolve } from './schema'

const FEW = 4 // choices that stand side by side

/* What there is to choose from in a field of this kind. */
export const optionsOf = (schema, kind, root) => {
  if (kind === 'several') return resolve(schema.items, root).enum
  if (kind !== 'choice') return []
  return schema.type === 'boolean' ? [true, false] : schema.enum || [schema.const]
}

/* Whether the options stand side by side, and not in a list to open. */
export const areBeside = (options, kind) => kind === 'several' || (kind === 'choice' && options.length <= FEW)

export const told = (option) => {
  if (option === true) return 'Yes'
  return option === false ? 'No' : String(option)
}
