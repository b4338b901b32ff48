"""Training without forgetting, on Ultralytics."""
