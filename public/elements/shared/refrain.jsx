/* What public/refrain.js gives to all elements of the page. */
export const { ago, cost, count, figure, get, kept, lasting, moment, safe, tokens, when } = window.refrain
