"""How fast libstats is, as ratios within one run: machines are noisy, and these are never a test."""
