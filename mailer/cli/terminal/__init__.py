"""What a person sees of a command: its output, its streams, its failures, and the keys that interrupt it."""
