import { useCallback, useEffect, useRef, useState } from 'react'
import { get } from '../shared/refrain'

// What to look for; what is empty does not matter.
export const EMPTY = { workflow: '', status: '', text: '', days: '' }
const PAGE = 25

/* A filter with all that it can have. */
export const wholeFilter = (filter) => {
  const known = Object.keys(EMPTY).map((key) => [key, filter[key] == null ? '' : String(filter[key]).trim()])
  return Object.fromEntries(known)
}

function addressOf(filter, before) {
  const query = new URLSearchParams({ limit: String(PAGE) })
  Object.entries(wholeFilter(filter)).forEach(([key, value]) => value && query.set(key, value))
  if (before) query.set('before', before)
  return apiClient.buildEndpoint(`/refrain/runs?${query}`)
}

/* The runs that fit, page by page; an answer to an earlier question is dropped. */
export function useRuns(filter) {
  const [state, setState] = useState({ runs: null, next: null, totals: null, workflows: [], error: false, busy: true })
  const asking = useRef(null)
  const load = useCallback(async (wanted, before) => {
    if (asking.current) asking.current.abort()
    const mine = (asking.current = new AbortController())
    setState((now) => ({ ...now, busy: true, error: false }))
    try {
      const page = await get(addressOf(wanted, before), mine.signal)
      setState((now) => ({
        ...page,
        runs: before ? [...(now.runs || []), ...page.runs] : page.runs,
        error: false,
        busy: false
      }))
    } catch (error) {
      if (error.name !== 'AbortError') setState((now) => ({ ...now, error: true, busy: false }))
    }
  }, [])
  useEffect(() => {
    load(filter)
    return () => asking.current && asking.current.abort()
  }, [filter])
  return { ...state, more: () => load(filter, state.next), again: () => load(filter) }
}
