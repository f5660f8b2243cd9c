"""Writing by extraction: whole sentences of sources, ranked, gathered and set in order."""
