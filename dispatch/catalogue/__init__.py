"""The matter catalogue: what a matter is, which versions are admitted when, and how a city's own table is read."""
