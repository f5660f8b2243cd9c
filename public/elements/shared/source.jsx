import { ExternalLink } from 'lucide-react'
import { Icon } from './icon'

/* A source as a line of a list, and what there is to say of it besides where it is. */
export function Source({ source, note = '' }) {
  return (
    <li>
      {source.url ? (
        <a href={source.url} target="_blank" rel="noopener noreferrer nofollow">
          {source.title || source.address}
          <Icon of={ExternalLink} />
        </a>
      ) : (
        <span>{source.title || source.address}</span>
      )}
      <span className="refrain-host">
        {[source.host || source.address.replace(/^library:/, ''), note].filter(Boolean).join(' · ')}
      </span>
    </li>
  )
}
