"""Messages over SMTP: the connections, what is said on them, and the loop that drives them (RFC 5321)."""
