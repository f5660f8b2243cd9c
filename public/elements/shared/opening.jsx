import { useSetRecoilState } from 'recoil'
import { sideViewState } from '@chainlit/react-client'

/* Opens one of the panels beside the conversation; the element's id is new, so that the panel begins anew. */
export function useOpenPanel() {
  const openSide = useSetRecoilState(sideViewState)
  return (name, title, panelProps) => {
    const element = { type: 'custom', name, id: `${name}-${Date.now()}`, props: panelProps, display: 'side', url: '' }
    openSide({ title, elements: [element] })
  }
}
