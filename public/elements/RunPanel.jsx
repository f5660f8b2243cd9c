import { memo, useCallback, useMemo, useState } from 'react'
import { useRecoilValue } from 'recoil'
import { messagesState } from '@chainlit/react-client'
import { BEGUN } from './shared/actions'
import { Skeleton, Trouble } from './shared/loading'
import { Panel } from './shared/panel'
import { useNow } from './shared/time'
import { Actions } from './RunPanel/actions'
import { ShowBegun } from './RunPanel/begun'
import { Head } from './RunPanel/head'
import { Result } from './RunPanel/result'
import { useRun } from './RunPanel/run'
import { Steps } from './RunPanel/steps'
import { Timeline } from './RunPanel/timeline'
import { Views } from './RunPanel/views'

const BACK = { RunsBrowser: 'All runs', RunPanel: 'The run before', RunChanges: 'What changed' }

function RunTrouble({ error, retry }) {
  const gone = error.status === 404
  const text = gone ? 'This run is not there any more.' : 'Could not load the run. Try again.'
  return <Trouble text={text} retry={gone ? null : retry} />
}

/* The run itself, one of its views below its head. */
function Shown({ run, deleted }) {
  const [view, setView] = useState('Steps')
  const [said, setSaid] = useState('')
  const [begun, setBegun] = useState(null)
  const now = useNow(Boolean(run.live))
  const begin = useCallback((response) => {
    setSaid(BEGUN)
    setBegun((response && response.turn_id) || null)
  }, [])
  const say = (text) => {
    setSaid(text)
    setBegun(null)
  }
  const body = useMemo(
    // The steps stay where they are, so that what one has opened there is open when one comes back.
    () => (
      <>
        <div hidden={view !== 'Steps'}>
          <Steps run={run} now={now} opened={props.at} forked={begin} />
        </div>
        {view === 'Timeline' ? <Timeline run={run} now={now} /> : null}
        {view === 'Result' ? <Result run={run} /> : null}
      </>
    ),
    [run, view, run.live ? now : 0]
  )
  return (
    <>
      <Head run={run} now={now}>
        <Actions run={run} say={say} begun={begin} deleted={deleted} />
        <p className="refrain-said" role="status">
          {said}
          {said && begun ? <ShowBegun turn={begun} /> : null}
        </p>
      </Head>
      <Views view={view} choose={setView} />
      <div id="refrain-view" role="tabpanel" aria-labelledby={`refrain-tab-${view}`} tabIndex={-1}>
        {body}
      </div>
    </>
  )
}

const Run = memo(function Run({ changed }) {
  const { run, error, reload } = useRun(props.run_id, changed)
  const [gone, setGone] = useState(false)
  return (
    <Panel label="Run" title={run && run.workflow} backWords={BACK}>
      {gone ? <p className="refrain-hint" role="status">The run has been deleted.</p> : null}
      {!gone && !run && !error ? <Skeleton label="Loading the run" widths={[60, 85, 40]} /> : null}
      {!gone && !run && error ? <RunTrouble error={error} retry={reload} /> : null}
      {!gone && run ? <Shown run={run} deleted={() => setGone(true)} /> : null}
    </Panel>
  )
})

// The turn that the run belongs to tells, by its metadata, that something has changed.
export default function RunPanel() {
  const messages = useRecoilValue(messagesState)
  const turn = messages.find(
    (message) => message.metadata && (message.metadata.runs || []).some((run) => run.run_id === props.run_id)
  )
  return <Run changed={turn ? turn.metadata : null} />
}
