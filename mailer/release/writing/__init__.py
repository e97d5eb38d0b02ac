"""Files that the tool writes for staff to go on with: a new release, what follows one, the header of either."""
