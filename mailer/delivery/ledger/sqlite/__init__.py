"""The ledger in a file of this computer. docs/decisions/ledger.md says why it is so."""
