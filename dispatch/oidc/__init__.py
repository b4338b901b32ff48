"""Signing in with the city's own accounts: OpenID Connect, authorization code flow with PKCE."""

from dispatch.oidc.service import Elsewhere

__all__ = ["Elsewhere"]
