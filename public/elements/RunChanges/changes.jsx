import { useEffect, useState } from 'react'
import { runAddress } from '../shared/addresses'
import { get } from '../shared/refrain'

export function useChanges() {
  const [state, setState] = useState({ changes: null, error: null })
  const load = async () => {
    setState({ changes: null, error: null })
    try {
      const query = props.since ? `?since=${encodeURIComponent(props.since)}` : ''
      const changes = await get(`${runAddress(props.run_id)}/changes${query}`)
      setState({ changes, error: null })
    } catch (error) {
      setState({ changes: null, error })
    }
  }
  useEffect(() => {
    load()
  }, [])
  return { ...state, load }
}
