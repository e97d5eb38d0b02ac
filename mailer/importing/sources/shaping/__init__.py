"""What every source needs to make blocks: paragraphs of runs, items that become lists, lines that become paragraphs."""
