/* Below what is cut short: shows the rest. */
export function More({ children, ...rest }) {
  return (
    <button type="button" className="refrain-more" {...rest}>
      {children}
    </button>
  )
}
