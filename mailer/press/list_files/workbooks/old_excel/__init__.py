"""Excel workbooks as they were written from 1997 to 2003 (.xls): records in a compound file (MS-XLS, MS-CFB)."""
