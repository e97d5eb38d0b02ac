"""How a server learns who we are, and nobody else: AUTH, access tokens, and what is hidden of both."""
