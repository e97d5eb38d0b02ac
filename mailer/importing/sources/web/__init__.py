"""Web pages and pasted HTML."""
