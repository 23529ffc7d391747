"""Logs of servers: of a proxy (EZproxy), of self-checks and sorters (SIP2)."""
