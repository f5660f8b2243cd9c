import { useCallback, useEffect, useRef, useState } from 'react'
import { runAddress } from '../shared/addresses'
import { get } from '../shared/refrain'

const REFETCH = 400 // milliseconds between two looks at a run at work, at least
const POLL = 2000 // the same, for a run that this conversation does not tell of

/* The run as the server tells of it; looked at again when `changed` is another, or after a while when it is at work. */
export function useRun(id, changed) {
  const [state, setState] = useState({ run: null, error: null })
  const last = useRef(0)
  const load = useCallback(
    async (signal) => {
      last.current = Date.now()
      try {
        const run = await get(runAddress(id), signal)
        setState({ run, error: null })
      } catch (error) {
        if (error.name !== 'AbortError') setState((now) => ({ run: now.run, error }))
      }
    },
    [id]
  )
  const live = Boolean(state.run && state.run.live)
  useEffect(() => {
    const leaving = new AbortController()
    const wait = Math.max(0, last.current + REFETCH - Date.now())
    const timer = setTimeout(() => load(leaving.signal), wait)
    return () => {
      clearTimeout(timer)
      leaving.abort()
    }
  }, [load, changed])
  useEffect(() => {
    if (!live || changed) return undefined
    const timer = setInterval(() => load(), POLL)
    return () => clearInterval(timer)
  }, [load, live, changed])
  return { ...state, reload: () => load() }
}
