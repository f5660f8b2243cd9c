import { useEffect } from 'react'
import { useSetRecoilState } from 'recoil'
import { sideViewState } from '@chainlit/react-client'

// The panel fetches its text after it has opened; the marked passage may be far down.
const showMarked = (tries) =>
  setTimeout(() => {
    const marked = document.querySelector('#side-view-content del')
    if (marked) marked.scrollIntoView({ block: 'center' })
    else if (tries > 1) showMarked(tries - 1)
  }, 150)

// A chip of the answer opens its step in the side panel, where the page alone would leave the conversation.
export function useChips(anchor, elements) {
  const openSide = useSetRecoilState(sideViewState)
  useEffect(() => {
    const message = anchor.current && anchor.current.closest('.ai-message')
    if (!message) return undefined
    const open = (event) => {
      const link = event.target.closest('a.element-link')
      const chip = link && elements.find((e) => e.forId === props.answer && e.name === link.textContent)
      if (!chip) return
      event.preventDefault()
      event.stopPropagation()
      const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || ''
      const url = `${chip.url}&zone=${encodeURIComponent(zone)}`
      openSide({ title: chip.name, elements: [{ ...chip, url, display: 'side' }] })
      showMarked(20)
    }
    message.addEventListener('click', open, true)
    return () => message.removeEventListener('click', open, true)
  }, [elements])
}
