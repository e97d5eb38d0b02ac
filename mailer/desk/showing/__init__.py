"""Looking at messages: of a folder, or of a release as somebody would get it."""
