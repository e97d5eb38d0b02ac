"""Whom journalists may call: where a source says it, and what it says."""
