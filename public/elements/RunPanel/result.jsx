import { useEffect, useState } from 'react'
import { runAddress } from '../shared/addresses'
import { More } from '../shared/more'
import { get } from '../shared/refrain'
import { Data, Written, asText } from './text'

const EXCERPT = 4000 // characters of a result that come with the run
const looksLikeData = (text) => {
  try {
    return typeof JSON.parse(text) === 'object'
  } catch {
    return false
  }
}

export function Result({ run }) {
  const [whole, setWhole] = useState(null)
  const [failed, setFailed] = useState(false)
  const content = run.content == null ? '' : asText(run.content)
  const cut = whole == null && content.length >= EXCERPT
  const load = () =>
    get(`${runAddress(run.id)}/step?path=`).then(
      (step) => setWhole(asText(step.output)),
      () => setFailed(true)
    )
  useEffect(() => {
    if (cut) load()
  }, [cut])
  if (!content) {
    return <p className="refrain-hint">{run.live ? 'The result comes when the run is done.' : 'This run gave no result.'}</p>
  }
  const text = whole == null ? content : whole
  return (
    <>
      {looksLikeData(text) ? <Data text={text} /> : <Written text={text} />}
      {cut && failed ? <More onClick={load}>Show all</More> : null}
    </>
  )
}
