import { Download } from 'lucide-react'
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuLabel,
  DropdownMenuSeparator,
  DropdownMenuTrigger
} from '@/components/ui/dropdown-menu'
import { runAddress, sessionAddress } from './addresses'
import { Icon } from './icon'

const FORMATS = [
  ['md', 'Markdown'],
  ['json', 'JSON']
]

/* What can be taken along of a run and of a conversation, each in every format. */
export function exportLinks(runId, sessionId) {
  const parts = []
  if (runId) parts.push({ what: 'This run', address: runAddress(runId) })
  if (sessionId) parts.push({ what: 'This conversation', address: sessionAddress(sessionId) })
  return parts.map(({ what, address }) => ({
    what,
    links: FORMATS.map(([format, label]) => ({
      label,
      href: `${address}/export?format=${format}`,
      name: `${what}, ${label}`
    }))
  }))
}

export function ExportMenu({ runId, sessionId }) {
  const parts = exportLinks(runId, sessionId)
  return (
    <DropdownMenu modal={false}>
      <DropdownMenuTrigger asChild>
        <button type="button" className="refrain-quiet">
          <Icon of={Download} />
          Export
        </button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="start" className="refrain-menu">
        {parts.map((part, i) => (
          <div key={part.what}>
            {i ? <DropdownMenuSeparator /> : null}
            {parts.length > 1 ? (
              <DropdownMenuLabel className="refrain-menu-label">{part.what}</DropdownMenuLabel>
            ) : null}
            {part.links.map((link) => (
              <DropdownMenuItem key={link.label} asChild>
                <a href={link.href} download aria-label={link.name}>
                  {link.label}
                </a>
              </DropdownMenuItem>
            ))}
          </div>
        ))}
      </DropdownMenuContent>
    </DropdownMenu>
  )
}
