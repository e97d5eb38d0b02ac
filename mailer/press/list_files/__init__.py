"""Press lists as people save them: text in any encoding, with any delimiter, or workbooks → recipients, problems.

`read.py` goes all the way: bytes (`encoding`), cells (`delimited_text`, `workbooks`), what the columns mean (`header`,
`columns`), what each row says (`rows`, `cell_values`). `write.py` goes back, and touches no other byte.
"""
