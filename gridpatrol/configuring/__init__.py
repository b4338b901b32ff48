"""Changing the configuration of a running node: checked as at a start, written to its files, kept as versions."""
