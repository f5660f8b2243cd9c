/* The form's schema: JSON Schema as pydantic writes it. */

export const human = (name) => {
  const words = String(name).replace(/[_-]+/g, ' ').trim()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

const pointed = (root, ref) =>
  ref
    .replace(/^#\//, '')
    .split('/')
    .reduce((part, key) => (part || {})[key.replace(/~1/g, '/').replace(/~0/g, '~')], root)

// Without references and without the `null` of what may be left out, which `nullable` tells instead.
export const resolve = (schema, root) => {
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

const LONG = 200 // characters; a text that may be longer gets several lines
const PLAIN = ['string', 'integer', 'number']

export const kindOf = (schema, root) => {
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
