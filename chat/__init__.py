"""How a conversation looks in the browser."""
