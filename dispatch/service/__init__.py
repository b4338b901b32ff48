"""The use cases of the dispatch side."""

from dispatch.service.desk import PERSON_ACTIONS, Desk
from dispatch.service.unit import SOURCE, Receipt, Result

__all__ = ["PERSON_ACTIONS", "SOURCE", "Desk", "Receipt", "Result"]
