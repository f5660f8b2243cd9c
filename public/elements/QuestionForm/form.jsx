import { createContext } from 'react'

/* What every part of the form knows of the question, of what was entered and of how it stands with the answer. */
export const Form = createContext(null)
