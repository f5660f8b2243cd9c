import { useRecoilValue } from 'recoil'
import { messagesState } from '@chainlit/react-client'
import { useOpenPanel } from '../shared/opening'
import { here } from './here'

/* Leads from a run to the one that was begun from it, as soon as its turn tells which that is. */
export function ShowBegun({ turn }) {
  const openPanel = useOpenPanel()
  const messages = useRecoilValue(messagesState)
  const found = messages.find((message) => message.metadata && message.metadata.turn_id === turn)
  const run = found && (found.metadata.runs || [])[0]
  if (!run) return null
  const show = () => openPanel('RunPanel', 'Run', { run_id: run.run_id, back: here })
  return (
    <>
      {' '}
      <button type="button" className="refrain-link" onClick={show}>
        Show it
      </button>
    </>
  )
}
