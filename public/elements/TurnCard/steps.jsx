import { useState } from 'react'
import { ChevronDown, Pause } from 'lucide-react'
import { Icon } from '../shared/icon'
import { count, kept, lasting } from '../shared/refrain'
import { STATES } from '../shared/states'
import { Elapsed } from './elapsed'
import { ProgressLine } from './progress'

// A card does not tell a step that waits for its answer from one that was stopped.
const MARKS = { ...STATES, stopped: { ...STATES.stopped, icon: Pause } }
const FEW_STEPS = 4 // so many stand beside each other; more are folded into a line

export function StepLine({ step }) {
  const { icon, word } = MARKS[step.state] || MARKS.waiting
  return (
    <li className="refrain-step" data-state={step.state}>
      <Icon of={icon} />
      <span>{step.name}</span>
      <span className="sr-only">{word}</span>
      {step.state === 'running' && step.started_at ? <Elapsed from={step.started_at} /> : null}
      {step.state !== 'running' && step.seconds != null ? (
        <span className="refrain-seconds">{lasting(step.seconds)}</span>
      ) : null}
    </li>
  )
}

function summary(run) {
  const all = run.total != null ? run.total : run.steps.length
  const seconds = run.seconds != null ? run.seconds : run.steps.reduce((sum, step) => sum + (step.seconds || 0), 0)
  return `${count(all, 'step')}, ${lasting(seconds)}`
}

/* The steps of a run: a line while it works, pills when they are few, else a line to unfold. */
export function RunSteps({ run, live }) {
  const name = `steps-${run.run_id}`
  const [open, setOpen] = useState(Boolean(kept.get(name)))
  const folded = live || run.steps.length > FEW_STEPS
  const toggle = () => {
    kept.set(name, !open)
    setOpen(!open)
  }
  const stepsId = `${name}-${props.bar ? 'bar' : 'card'}`
  return (
    <>
      {live ? <ProgressLine run={run} open={open} toggle={toggle} stepsId={stepsId} /> : null}
      {folded && !live ? (
        <button type="button" className="refrain-summary" aria-expanded={open} aria-controls={stepsId} onClick={toggle}>
          {summary(run)}
          <Icon of={ChevronDown} className="refrain-icon refrain-chevron" />
        </button>
      ) : null}
      <ol
        id={stepsId}
        className="refrain-steps"
        data-folded={folded}
        hidden={folded && !open}
        aria-label={`Steps of ${run.workflow}`}
      >
        {run.steps.map((step, i) => (
          <StepLine key={step.path || i} step={step} />
        ))}
      </ol>
    </>
  )
}
