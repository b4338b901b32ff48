"""The HTTP interface of the dispatch desk."""

from dispatch.api.access import Access, refuse_public_bind, token_from_environment
from dispatch.api.app import create_app

__all__ = ["Access", "create_app", "refuse_public_bind", "token_from_environment"]
