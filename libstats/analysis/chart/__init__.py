"""The control chart of one series by month: its limits, its season, and what is said of it."""
