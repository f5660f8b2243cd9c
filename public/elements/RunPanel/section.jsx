export function Section({ title, children }) {
  return (
    <section className="refrain-section">
      <h3>{title}</h3>
      {children}
    </section>
  )
}
