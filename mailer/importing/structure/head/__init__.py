"""The lines above a text: what they say by themselves, and which of them is the headline."""
