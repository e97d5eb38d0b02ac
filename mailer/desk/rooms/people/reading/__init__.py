"""Lists, suppressions and the record, each read once and kept so that a page of it takes milliseconds."""
