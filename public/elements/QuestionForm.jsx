import { memo } from 'react'
import { useRecoilValue } from 'recoil'
import { messagesState } from '@chainlit/react-client'
import { Asked } from './QuestionForm/asked'

const Open = memo(function Open({ question, latest }) {
  return <Asked key={`${question.run_id}:${question.id}`} question={question} latest={latest} />
})

// The open question stands in the metadata of the turn's step; answered anywhere, it is gone from there.
export default function QuestionForm() {
  const messages = useRecoilValue(messagesState)
  const turn = messages.find((message) => message.id === props.turn)
  const question = turn && turn.metadata && turn.metadata.question
  return question ? <Open question={question} latest={messages[messages.length - 1] === turn} /> : null
}
