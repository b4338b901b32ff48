"""Tests of the operations console: how it is served, its own tests, and a day with it in a browser."""
