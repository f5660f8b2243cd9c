import { useEffect, useRef, useState } from 'react'
import { ChevronRight } from 'lucide-react'
import { Icon } from '../shared/icon'
import { figure, lasting, tokens } from '../shared/refrain'
import { STATES } from '../shared/states'
import { since } from '../shared/time'
import { Details, hasDetails } from './details'

/* Rounds of a loop stand under a line of their own, whatever level of the tree names them. */
function inRounds(children) {
  if (!children.some((child) => child.round != null && child.kind !== 'round')) return [{ round: null, nodes: children }]
  const groups = []
  children.forEach((child) => {
    const group = groups.find((one) => one.round === child.round)
    if (group) group.nodes.push(child)
    else groups.push({ round: child.round, nodes: [child] })
  })
  return groups
}

const KINDS = {
  parallel: 'at the same time',
  loop: 'in rounds',
  condition: 'on a condition',
  router: 'by choice',
  workflow: 'a workflow',
  team: 'team'
}

function StepNode({ node, runId, startedAt, now, opened, forked }) {
  const children = node.children || []
  const [open, setOpen] = useState(opened === node.path)
  const top = useRef(null)
  useEffect(() => {
    if (opened === node.path && top.current) top.current.scrollIntoView({ block: 'nearest' })
  }, [])
  const { icon, word } = STATES[node.state] || STATES.waiting
  const seconds =
    node.state === 'running' && node.offset != null ? Math.max(0, since(startedAt, now) - node.offset) : node.seconds
  const foldable = children.length > 0 || hasDetails(node)
  const shownChildren = children.length > 0
  const marks = [
    KINDS[node.kind],
    node.attempt > 1 ? `attempt ${node.attempt}` : '',
    node.edited ? 'edited by you' : '',
    node.after_edit ? 'after your edit' : '',
    node.kept ? 'kept from before' : ''
  ].filter(Boolean)
  const line = (
    <>
      <Icon of={ChevronRight} className="refrain-icon refrain-chevron" data-shown={foldable} />
      <span className="refrain-state" data-state={node.state}>
        <Icon of={icon} />
      </span>
      <span className="refrain-node-name">
        {node.name}
        <span className="sr-only">, {word}</span>
        {marks.length ? <span className="refrain-marks">{marks.join(' · ')}</span> : null}
      </span>
      <span className="refrain-node-figures">
        {node.tokens && !shownChildren ? <span title={tokens(node.tokens)}>{short(node.tokens)}</span> : null}
        {seconds != null ? <span>{lasting(seconds)}</span> : null}
      </span>
    </>
  )
  return (
    <li ref={top} className="refrain-node" data-path={node.path} data-state={node.state}>
      {foldable ? (
        <button type="button" className="refrain-node-line" aria-expanded={open} onClick={() => setOpen(!open)}>
          {line}
        </button>
      ) : (
        <div className="refrain-node-line">{line}</div>
      )}
      {open ? <Details runId={runId} node={node} forked={forked} /> : null}
      {node.error && !open ? <p className="refrain-error refrain-error-below">{node.error}</p> : null}
      {shownChildren
        ? inRounds(children).map((group, i) => (
            <div key={i} className="refrain-children">
              {group.round != null ? <p className="refrain-round-line">Round {group.round}</p> : null}
              <ul>
                {group.nodes.map((child) => (
                  <StepNode
                    key={child.path}
                    node={child}
                    runId={runId}
                    startedAt={startedAt}
                    now={now}
                    opened={opened}
                    forked={forked}
                  />
                ))}
              </ul>
            </div>
          ))
        : null}
    </li>
  )
}

const short = (number) => (number < 10000 ? `${figure(number)} tok` : `${(number / 1000).toFixed(0)}k tok`)

export function Steps({ run, now, opened, forked }) {
  if (!run.tree.length) return <p className="refrain-hint">No step has begun yet.</p>
  return (
    <ul className="refrain-tree" aria-label="Steps">
      {run.tree.map((node) => (
        <StepNode
          key={node.path}
          node={node}
          runId={run.id}
          startedAt={run.started_at}
          now={now}
          opened={opened}
          forked={forked}
        />
      ))}
    </ul>
  )
}
