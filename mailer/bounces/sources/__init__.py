"""Where mail is read from: mbox files, Maildirs, a folder on an IMAP server. None of them is changed."""
