/* This panel, as one comes back to it from the next. */
export const here = { name: 'RunPanel', title: 'Run', props }
