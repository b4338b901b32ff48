"""Indicators: what is counted of cases and cameras, and the formulas, told in words in docs/indicators.md."""
