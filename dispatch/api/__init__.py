"""The HTTP interface of the dispatch desk."""

from dispatch.api.access import Access, refuse_unsafe_bind
from dispatch.api.app import create_app

__all__ = ["Access", "create_app", "refuse_unsafe_bind"]
