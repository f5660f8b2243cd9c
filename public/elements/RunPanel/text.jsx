import { Markdown } from '@/components/markdown'
import { safe } from '../shared/refrain'

export function Written({ text }) {
  return (
    <div className="refrain-written">
      <Markdown>{safe(text)}</Markdown>
    </div>
  )
}

/* JSON as one reads it; what is no JSON (an excerpt that was cut) as it is. */
export function readable(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}

export const asText = (value) => (typeof value === 'string' ? value : JSON.stringify(value, null, 2))

export function Data({ text }) {
  return (
    <pre className="refrain-data" tabIndex={0}>
      {readable(text)}
    </pre>
  )
}
