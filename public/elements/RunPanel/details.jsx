import { useState } from 'react'
import { runAddress } from '../shared/addresses'
import { More } from '../shared/more'
import { count, get } from '../shared/refrain'
import { Calls } from './calls'
import { Folded } from './folded'
import { Problem } from './problem'
import { Rerun } from './rerun'
import { Section } from './section'
import { Data, Written, asText } from './text'

export function Details({ runId, node, forked }) {
  const [full, setFull] = useState(null)
  const [failed, setFailed] = useState(false)
  const fetchStep = async () => {
    if (full) return full
    const step = await get(`${runAddress(runId)}/step?path=${encodeURIComponent(node.path)}`)
    const texts = { input: asText(step.input ?? ''), output: asText(step.output ?? ''), raw: step.raw }
    setFull(texts)
    return texts
  }
  const showAll = () => fetchStep().then(() => setFailed(false), () => setFailed(true))
  const shown = full || { input: node.input || '', output: node.output || '' }
  const whole = () => fetchStep().catch(() => shown)
  return (
    <div className="refrain-details">
      {node.error ? <Problem text={node.error} /> : null}
      {node.rerunnable ? <Rerun runId={runId} node={node} whole={whole} done={forked} /> : null}
      {(node.attempts || []).length > (node.state === 'failed' ? 1 : 0) ? (
        <Section title={node.state === 'failed' ? 'Attempts' : 'Attempts before'}>
          <ol className="refrain-attempts">
            {node.attempts.map((attempt) => (
              <li key={attempt.number} value={attempt.number}>
                {attempt.error}
              </li>
            ))}
          </ol>
        </Section>
      ) : null}
      {(node.calls || []).length ? (
        <Section title={node.calls.length === 1 ? 'Looked up' : `Looked up ${count(node.calls.length, 'time')}`}>
          <Calls calls={node.calls} />
        </Section>
      ) : null}
      {shown.input ? (
        <Section title="Input">
          <Folded text={shown.input} />
        </Section>
      ) : null}
      {shown.output ? (
        <Section title="Output">{node.text ? <Written text={shown.output} /> : <Data text={shown.output} />}</Section>
      ) : null}
      {node.truncated && !full ? <More onClick={showAll}>Show all</More> : null}
      {failed ? (
        <p className="refrain-error" role="alert">
          The whole text could not be loaded. Try again.
        </p>
      ) : null}
    </div>
  )
}

export const hasDetails = (node) =>
  Boolean(
    node.input || node.output || node.error || node.rerunnable || (node.calls || []).length || (node.attempts || []).length
  )
