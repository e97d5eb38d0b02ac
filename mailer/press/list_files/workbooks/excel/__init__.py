"""Excel workbooks as they are written since 2007 (.xlsx, .xlsm): XML in a zip (ECMA-376, ISO/IEC 29500)."""
