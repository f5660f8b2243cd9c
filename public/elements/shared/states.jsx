import { Ban, Check, Circle, Loader2, Minus, Pause, X } from 'lucide-react'

/* How a step stands. */
export const STATES = {
  waiting: { icon: Circle, word: 'to come' },
  running: { icon: Loader2, word: 'running' },
  done: { icon: Check, word: 'done' },
  failed: { icon: X, word: 'failed' },
  skipped: { icon: Minus, word: 'skipped' },
  stopped: { icon: Ban, word: 'stopped' },
  paused: { icon: Pause, word: 'waiting for you' }
}
