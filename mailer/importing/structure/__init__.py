"""What a release is made of, recovered from blocks."""
