"""`python -m libstats`: the command line where the command itself is not on the path."""

from libstats.cli.main import main

if __name__ == "__main__":
    raise SystemExit(main())
