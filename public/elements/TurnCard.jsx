import { memo, useRef } from 'react'
import { useRecoilValue } from 'recoil'
import { elementState, messagesState } from '@chainlit/react-client'
import { ListTree } from 'lucide-react'
import { Quiet } from './shared/buttons'
import { useOpenPanel } from './shared/opening'
import { kept } from './shared/refrain'
import { AnswerRow } from './TurnCard/answer'
import { CardButton } from './TurnCard/buttons'
import { useChips } from './TurnCard/chips'
import { useBoxWhenAway } from './TurnCard/floating'
import { Opens } from './TurnCard/opens'
import { RunSteps, StepLine } from './TurnCard/steps'

const ENDS = { cancelled: 'Stopped', failed: 'Failed', interrupted: 'Interrupted', paused: 'Waiting for you' }
const WORKING = ['queued', 'working', 'answering', 'running']

/* Opens a panel; what opened it gets the focus back when the panel is closed. */
function useOpenFromCard() {
  const openPanel = useOpenPanel()
  return (...panel) => {
    kept.set('opener', document.activeElement)
    openPanel(...panel)
  }
}

const Card = memo(function Card({ progress, startedAt }) {
  const anchor = useRef(null)
  const elements = useRecoilValue(elementState)
  const openPanel = useOpenFromCard()
  useChips(anchor, elements)
  const { state, note, runs = [], buttons = [], opens } = progress
  const bar = Boolean(props.bar)
  const working = WORKING.includes(state)
  const running = runs.flatMap((run) => run.steps).find((step) => step.state === 'running')
  const box = useBoxWhenAway(anchor, !bar && (state === 'running' || state === 'answering'))
  // A run's answer stands below its steps, and has a card of its own with what one can do with it.
  const belowAnswer = !bar && elements.some((e) => e.name === 'TurnCard' && e.props.bar && e.props.turn === props.turn)
  const last = runs[runs.length - 1]
  const live = (i) => state === 'running' && i === runs.length - 1
  const over = (state === 'completed' || state in ENDS) && !belowAnswer
  const row = over && (runs.length > 0 || (progress.cites || []).length > 0)
  const opened = opens && over && state === 'completed'
  const shown = bar ? row || opened : runs.length > 0 || buttons.length > 0 || note || ENDS[state] || row || opened
  return (
    <div
      ref={anchor}
      className="refrain-card"
      data-state={state}
      data-turn={bar ? undefined : props.turn}
      data-session={progress.session_id}
      data-began={startedAt}
      hidden={!shown}
    >
      {bar ? null : runs.map((run, i) => <RunSteps key={run.run_id} run={run} live={live(i)} />)}
      {!bar && ENDS[state] ? (
        <span className="refrain-end" data-state={state}>
          {ENDS[state]}
        </span>
      ) : null}
      {!bar && working && state === 'running' && runs.length ? (
        <Quiet icon={ListTree} onClick={() => openPanel('RunPanel', last.workflow, { run_id: last.run_id })}>
          Show steps
        </Quiet>
      ) : null}
      {bar ? null : buttons.map((button) => <CardButton key={button.name} button={button} />)}
      {!bar && note ? <p className="refrain-note">{note}</p> : null}
      {opened ? <Opens opens={opens} progress={progress} startedAt={startedAt} openPanel={openPanel} /> : null}
      {row ? <AnswerRow progress={progress} openPanel={openPanel} /> : null}
      {box ? (
        <div className="refrain-floating" style={box}>
          {running ? <StepLine step={running} /> : null}
          {buttons
            .filter((button) => button.name === 'stop')
            .map((button) => (
              <CardButton key={button.name} button={button} />
            ))}
        </div>
      ) : null}
    </div>
  )
})

const NOTHING = {}

// How far the turn is stands in the metadata of its step, which changes far less often than the text around it.
export default function TurnCard() {
  const turn = useRecoilValue(messagesState).find((message) => message.id === props.turn)
  return <Card progress={(turn && turn.metadata) || NOTHING} startedAt={turn && turn.createdAt} />
}
