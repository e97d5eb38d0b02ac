"""The local page: look at a mail as a recipient would, while it is being written."""
