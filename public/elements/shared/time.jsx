import { useEffect, useState } from 'react'

const TICK = 500 // milliseconds

/* The time, in milliseconds; while `active` it goes on. */
export function useNow(active) {
  const [now, setNow] = useState(Date.now())
  useEffect(() => {
    if (!active) return undefined
    setNow(Date.now())
    const timer = setInterval(() => setNow(Date.now()), TICK)
    return () => clearInterval(timer)
  }, [active])
  return now
}

/* The seconds from a time of the server's to `now`. */
export const since = (at, now) => Math.max(0, (now - Date.parse(at)) / 1000)
