import { useContext } from 'react'
import { Check } from 'lucide-react'
import { Cancel, Press } from './buttons'
import { Form } from './form'

export function Choices({ question }) {
  const { answer } = useContext(Form)
  if (question.kind === 'route') {
    return (
      <div className="refrain-presses">
        {question.choices.map((choice) => (
          <Press key={choice} onPress={() => answer({ choice })}>
            {choice}
          </Press>
        ))}
        <Cancel />
      </div>
    )
  }
  const [yes, no] = question.kind === 'budget' ? ['Go on, grant the same again', 'Stop here'] : ['Go on', 'No, stop here']
  return (
    <div className="refrain-presses">
      <Press main icon={Check} onPress={() => answer({ approve: true })}>
        {yes}
      </Press>
      <Press onPress={() => answer({ approve: false })}>{no}</Press>
    </div>
  )
}
