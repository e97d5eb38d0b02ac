"""Who is never mailed: suppressed.csv, as staff leave it, and the wishes on their way there."""
