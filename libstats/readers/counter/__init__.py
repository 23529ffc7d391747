"""COUNTER: reports of how electronic resources are used, as tables and as JSON."""
