"""Data sets: several sources, one form, honest splits."""
