"""Each kind of source, from bytes to blocks."""
