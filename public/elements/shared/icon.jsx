export function Icon({ of: Shape, ...rest }) {
  return <Shape className="refrain-icon" aria-hidden="true" {...rest} />
}
