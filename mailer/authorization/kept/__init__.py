"""What is kept of a sign-in, where, and who may replace it."""
