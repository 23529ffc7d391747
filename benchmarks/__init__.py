"""How libstats compares with the plain tools on the same files: `python -m benchmarks`. Never part
of the tests."""
