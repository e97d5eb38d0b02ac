"""From Word, Google Docs, text … to a release file: source → blocks → structure → release file."""
