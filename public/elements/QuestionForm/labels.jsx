export function Label({ as: Tag = 'label', title, required, ...more }) {
  return (
    <Tag className="refrain-label" {...more}>
      {title}
      {required ? (
        <span className="refrain-required" aria-hidden="true">
          {' '}
          *
        </span>
      ) : null}
    </Tag>
  )
}

export function Notes({ id, help, problem }) {
  return (
    <>
      {help ? (
        <span id={`${id}-help`} className="refrain-help">
          {help}
        </span>
      ) : null}
      {problem ? (
        <span id={`${id}-problem`} className="refrain-problem">
          {problem}
        </span>
      ) : null}
    </>
  )
}
