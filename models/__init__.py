"""Trained detectors and how they are made, judged and put into service."""
