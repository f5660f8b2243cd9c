import { useEffect, useState } from 'react'

// While the card is scrolled away, what it says about the running step floats above the message box.
export function useBoxWhenAway(anchor, active) {
  const [box, setBox] = useState(null)
  useEffect(() => {
    if (!active || !anchor.current) {
      setBox(null)
      return undefined
    }
    let away = false
    const place = () => {
      const composer = document.getElementById('message-composer')
      if (!away || !composer) return setBox(null)
      const { top, right } = composer.getBoundingClientRect()
      return setBox({ bottom: window.innerHeight - top + 10, right: window.innerWidth - right })
    }
    const seen = new IntersectionObserver((entries) => {
      away = !entries[entries.length - 1].isIntersecting
      place()
    })
    const timer = setInterval(place, 500)
    seen.observe(anchor.current)
    return () => {
      seen.disconnect()
      clearInterval(timer)
    }
  }, [active])
  return box
}
