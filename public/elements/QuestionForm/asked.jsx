import { useEffect, useId, useRef, useState } from 'react'
import { kept } from '../shared/refrain'
import { sendAnswer, sent } from './answer'
import { Choices } from './choices'
import { begunEntry, keepEntry } from './entry'
import { takeFocus } from './focus'
import { Form } from './form'
import { Input } from './input'
import { Review } from './review'
import { Standing, useStanding } from './standing'

/* A question, with what was entered for it so far. */
export function Asked({ question, latest }) {
  const key = `refrain-answer:${question.run_id}:${question.id}`
  const [entry, setEntry] = useState(() => begunEntry(key, question))
  const [{ busy, errors, problem }, stand] = useStanding(key)
  const [said, setSaid] = useState('')
  const form = useRef(null)
  const base = useId()

  useEffect(() => {
    if (latest) takeFocus(form.current, key, question.kind === 'input', question.kind !== 'input')
    setSaid(`${question.workflow} is waiting for your answer`)
  }, [])
  useEffect(() => {
    const first = form.current.querySelector('input[aria-invalid="true"], select[aria-invalid="true"], textarea[aria-invalid="true"]')
    if (first) first.focus()
  }, [errors])
  useEffect(() => {
    const field = entry.mode && form.current.querySelector('textarea')
    if (!field || document.activeElement === field) return
    field.focus({ preventScroll: true })
    form.current.querySelector('.refrain-presses').scrollIntoView({ block: 'nearest' })
  }, [entry.mode])

  const enter = (change) =>
    setEntry((before) => {
      const next = { ...before, ...change }
      keepEntry(key, next)
      return next
    })

  const answer = (given) => {
    if (!busy) sendAnswer(question, given, key, stand)
  }

  const submit = (event) => {
    event.preventDefault()
    const wrong = {}
    const given = sent(question, entry, wrong)
    if (Object.keys(wrong).length === 0) {
      if (given) answer(given)
      return
    }
    const fields = Object.keys(wrong).length > 1 ? 'Some fields need' : 'One field needs'
    stand({ errors: wrong, problem: { text: `${fields} another look.` } })
  }

  const keys = (event) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
    if (!form.current.querySelector('button[type="submit"]')) return
    event.preventDefault()
    form.current.requestSubmit()
  }

  const Kind = { input: Input, review: Review }[question.kind] || Choices
  const where = question.path.split('/').filter((part) => !part.startsWith('#')).join(' › ')
  return (
    <form
      ref={form}
      className="refrain-question"
      data-kind={question.kind}
      aria-label={question.prompt}
      aria-busy={Boolean(busy)}
      tabIndex={-1}
      noValidate
      onSubmit={submit}
      onKeyDown={keys}
      onFocus={(event) => kept.set(key, event.target.name || '')}
    >
      <p className="refrain-where">
        <span>{question.workflow}</span>
        {where ? <span>{where}</span> : null}
      </p>
      <span className="sr-only" role="status">
        {said}
      </span>
      <Form.Provider value={{ root: question.schema || {}, base, busy, errors, problem, entry, enter, answer }}>
        <Kind question={question} />
        <Standing />
      </Form.Provider>
    </form>
  )
}
