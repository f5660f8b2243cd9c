import { Ellipsis, MessageSquare, RotateCw, Trash2 } from 'lucide-react'
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuTrigger
} from '@/components/ui/dropdown-menu'
import { Icon } from '../shared/icon'

/* Where the application is mounted, "" for the top of its host. */
const rootPath = () => new URL(apiClient.buildEndpoint('/')).pathname.replace(/\/$/, '')

export function LineMenu({ run, actions }) {
  return (
    <DropdownMenu modal={false}>
      <DropdownMenuTrigger asChild>
        <button type="button" className="refrain-small" disabled={actions.busy} aria-label={`More about ${run.input}`}>
          <Icon of={Ellipsis} />
        </button>
      </DropdownMenuTrigger>
      <DropdownMenuContent align="end" className="refrain-menu">
        <DropdownMenuItem asChild>
          <a href={`${rootPath()}/thread/${encodeURIComponent(run.session_id)}`}>
            <Icon of={MessageSquare} />
            <span>
              Go to its conversation
              {run.session_title ? <span className="refrain-menu-note">{run.session_title}</span> : null}
            </span>
          </a>
        </DropdownMenuItem>
        <DropdownMenuItem onSelect={actions.again}>
          <Icon of={RotateCw} />
          Run again
        </DropdownMenuItem>
        {run.live ? null : (
          <DropdownMenuItem onSelect={actions.ask}>
            <Icon of={Trash2} />
            Delete
          </DropdownMenuItem>
        )}
      </DropdownMenuContent>
    </DropdownMenu>
  )
}
