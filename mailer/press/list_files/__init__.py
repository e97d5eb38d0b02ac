"""Press lists as people save them: text in any encoding, with any delimiter, or workbooks → recipients, problems."""
