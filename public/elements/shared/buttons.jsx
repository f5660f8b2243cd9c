import { Icon } from './icon'

export function Quiet({ icon, children, ...rest }) {
  return (
    <button type="button" className="refrain-quiet" {...rest}>
      {icon ? <Icon of={icon} /> : null}
      {children}
    </button>
  )
}

export function Plain({ icon, children, ...rest }) {
  return (
    <button type="button" className="refrain-button" {...rest}>
      {icon ? <Icon of={icon} /> : null}
      {children}
    </button>
  )
}
