"""What waits for a hand today, by desk."""
