"""Excel workbooks (.xlsx), read within limits: a zip, its parts, a sheet's rows, and which sheet is the list."""
