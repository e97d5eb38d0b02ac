"""What must not leave: tracked changes, comments, hidden text."""

ACCEPT = "In Word: Review → Accept → Accept All Changes, or reject those that are not meant."
DELETE_COMMENTS = "In Word: Review → Delete → Delete All Comments in Document."
INSPECT = "In Word: File → Info → Check for Issues → Inspect Document takes hidden text out."
SHOW = "In Word: give it a colour and a size in which it can be read, or delete it."
SPLIT = "In Word: Layout → Split Cells shows it; delete it, or let it stand in a cell of its own."
