"""What a mail is, from its bytes alone: nothing here reads or writes a file, a ledger or a mailbox."""
