"""The conformance kit: plays a consumer against a running node and reports what holds of what is promised."""

from gridpatrol.conform.kit import Finding, Kit, Trial
from gridpatrol.conform.run import Wishes, conform

__all__ = ["Finding", "Kit", "Trial", "Wishes", "conform"]
