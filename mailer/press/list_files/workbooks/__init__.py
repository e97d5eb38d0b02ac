"""Workbooks of Excel and LibreOffice, read within limits: each kind's rows, and which sheet is the list."""
