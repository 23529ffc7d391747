"""A live database, read as if its exports had been clicked."""
