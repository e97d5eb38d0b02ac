"""What an office of several computers shares, beside the ledger."""
