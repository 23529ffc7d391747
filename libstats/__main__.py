"""`python -m libstats`, where the command `libstats` is not found: on Windows its folder often is not on the path."""

import sys

from libstats.cli import main

sys.exit(main())
