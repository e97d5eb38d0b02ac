"""A file that somebody drops becomes a list: it waits, it is shown as it was understood, and is added by a word."""
