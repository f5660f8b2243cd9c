/* Where the server answers, wherever the application is mounted. */
export const runAddress = (id) => apiClient.buildEndpoint(`/refrain/runs/${encodeURIComponent(id)}`)

export const sessionAddress = (id) => apiClient.buildEndpoint(`/refrain/sessions/${encodeURIComponent(id)}`)
