"""What paragraphs and runs look like."""
