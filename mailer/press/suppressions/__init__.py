"""Who is never mailed: suppressed.csv, as staff leave it, and the wishes on their way there.

`suppressions.py` is what others ask. It reads the file (`suppressed_file`, `contents`, `faults`), the wishes that are
not in it yet (`wishes`), and whether another file lies beside it (`look_alikes`).
"""
