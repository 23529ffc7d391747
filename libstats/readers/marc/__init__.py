"""MARC records: ISO 2709 and MARCXML to rows of text."""
