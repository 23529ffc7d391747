"""Messages of EDIFACT between library and vendor."""
