"""Today's list as a page, and as sheets to print."""
