"""From a camera's pictures to event reports and verification verdicts."""
