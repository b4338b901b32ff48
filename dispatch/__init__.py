"""From event reports to closed cases."""
