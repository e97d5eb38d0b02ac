"""What must not leave: tracked changes, comments, hidden text."""
