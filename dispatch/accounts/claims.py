"""Who somebody is by the word of the city's own sign-in (OpenID Connect): claims become name, roles and scope. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from dispatch.accounts.administration import NAME, RESERVED, check_roles
from dispatch.accounts.values import AccountRole, Cell, Forbidden, Scope
from dispatch.config import Names, Settings
from dispatch.errors import Invalid

MAX_VALUES = 1000
"""Values of a claim that are looked at."""


class GrantRule(Settings):
    """Who gets which roles, and to which part of the city they are limited. The first rule that fits counts."""

    value: str | None = Field(
        default=None, description="what `grants_claim` must be, or hold; anybody who can sign in when absent"
    )
    roles: tuple[AccountRole, ...] = Field(min_length=1, description="roles of the account; never machine")
    departments: tuple[str, ...] = Field(default=(), description="ids of departments it is limited to; all when absent")
    grid: tuple[str, ...] = Field(default=(), description="cells as LAYER/CODE it is limited to; all when absent")
    departments_claim: str | None = Field(
        default=None, description="claim with the ids of departments, instead; without a value nobody signs in"
    )
    grid_claim: str | None = Field(
        default=None, description="claim with cells as LAYER/CODE, instead; without a value nobody signs in"
    )

    @model_validator(mode="after")
    def _can_be(self) -> Self:
        if AccountRole.machine in self.roles:
            raise ValueError("programs have keys and no sign-in: leave machine out")
        if (self.departments and self.departments_claim) or (self.grid and self.grid_claim):
            raise ValueError("give the values, or the claim that has them")
        limited = Scope(frozenset({"x"})) if self.departments_claim or self.grid_claim else self._fixed()
        try:
            check_roles(frozenset(self.roles), limited)
        except Invalid as error:
            raise ValueError(error.what) from error
        return self

    def _fixed(self) -> Scope:
        try:
            return Scope(frozenset(self.departments), frozenset(Cell.parse(text) for text in self.grid))
        except Invalid as error:
            raise ValueError(error.what) from error

    def scope(self, claims: Mapping[str, Any]) -> Scope:
        """Return the part of the city that claims limit an account to. Raises Forbidden, Invalid."""
        fixed = self._fixed()
        departments, grid = fixed.departments, fixed.grid
        if self.departments_claim:
            departments = frozenset(_needed(claims, self.departments_claim))
        if self.grid_claim:
            grid = frozenset(Cell.parse(text) for text in _needed(claims, self.grid_claim))
        return Scope(departments, grid)


class OidcSettings(Settings):
    """Sign-in with the city's own accounts by OpenID Connect (authorization code with PKCE)."""

    issuer: str = Field(description="https address of the provider, as in its tokens; http on loopback only")
    client_id: str = Field(min_length=1, description="of this node at the provider")
    credentials: str | None = Field(
        default=None, description="name of the credentials `CLIENT_ID:SECRET`; none for a public client"
    )
    public_url: str = Field(
        description="address by which browsers call this node; PUBLIC_URL/api/v1/session/oidc/callback is to be "
        "registered at the provider"
    )
    names: Names = Field(
        default=Names(en="Sign in with the city's account", zh="使用统一身份登录"), description="of the button"
    )
    sign_out_there: bool = Field(
        default=True,
        description="whether who signs out here signs out at the provider too, where it offers that; PUBLIC_URL/ is "
        "then to be registered there as the address after signing out",
    )
    scopes: tuple[str, ...] = Field(default=("openid", "profile"), description="that are asked for; openid among them")
    name_claim: str = Field(default="preferred_username", description="claim that names the account")
    display_claim: str = Field(default="name", description="claim with the shown name")
    grants_claim: str = Field(default="groups", description="claim that `grants` look at; a.b for one inside another")
    grants: tuple[GrantRule, ...] = Field(min_length=1, max_length=200, description="who gets which roles")

    @model_validator(mode="after")
    def _addresses_can_be_trusted(self) -> Self:
        for name, address in (("issuer", self.issuer), ("public_url", self.public_url)):
            parts = urlsplit(address)
            if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(parts.hostname or "")):
                raise ValueError(f"{name} must be an https address, got {address!r}")
        if "openid" not in self.scopes:
            raise ValueError("scopes must hold openid")
        return self


@dataclass(frozen=True)
class Identity:
    """Somebody whom the city's own sign-in knows. `key` is the issuer and the subject: it never changes hands."""

    key: str
    name: str
    display_name: str
    roles: frozenset[AccountRole]
    scope: Scope


def identity_of(claims: Mapping[str, Any], settings: OidcSettings) -> Identity:
    """Return who somebody is.

    Args:
        claims: of a token that was checked; `sub` is among them.

    Raises:
        Forbidden: nothing is granted to them here.
        Invalid: a claim cannot be used.
    """
    said = str(_claim(claims, settings.name_claim) or "")
    name = said.strip().lower().replace("@", ".")
    if NAME.fullmatch(name) is None or name in RESERVED:
        raise Invalid(
            f"the claim {settings.name_claim} ({said[:64]!r}) cannot be a user's name",
            "Choose another claim as oidc.name_claim.",
        )
    values = _values(claims, settings.grants_claim)
    rule = next((rule for rule in settings.grants if rule.value is None or rule.value in values), None)
    if rule is None:
        raise Forbidden(f"{name} has no role here", "Ask an administrator: oidc.grants says who gets one.")
    shown = str(_claim(claims, settings.display_claim) or name).strip()[:200]
    roles, scope = frozenset(rule.roles), rule.scope(claims)
    check_roles(roles, scope)
    return Identity(f"{settings.issuer} {claims['sub']}", name, shown or name, roles, scope)


def _claim(claims: Mapping[str, Any], path: str) -> Any:
    """Return a claim; `a.b` is b of a, unless there is one of that whole name."""
    if path in claims:
        return claims[path]
    found: Any = claims
    for step in path.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def _values(claims: Mapping[str, Any], path: str) -> tuple[str, ...]:
    found = _claim(claims, path)
    if found is None:
        return ()
    listed = found if isinstance(found, list) else [found]
    return tuple(str(one) for one in listed[:MAX_VALUES])


def _needed(claims: Mapping[str, Any], path: str) -> tuple[str, ...]:
    values = tuple(value for value in _values(claims, path) if value.strip())
    if not values:
        # Without this an account whose limit is missing would be limited to nothing at all.
        raise Forbidden(f"the claim {path}, which limits the account, has no value", "Ask who keeps the accounts.")
    return values


def has_grants(claims: Mapping[str, Any], settings: OidcSettings) -> bool:
    """Whether claims name somebody and hold what grants look at; where not, the provider may tell more elsewhere."""
    return all(_claim(claims, claim) is not None for claim in _looked_at(settings))


def needed_claims(claims: Mapping[str, Any], settings: OidcSettings) -> dict[str, Any]:
    """Return the claims that `identity_of` looks at, and no others: nothing else is kept of a person."""
    paths = {"sub", settings.display_claim, *_looked_at(settings)}
    wanted = paths | {path.partition(".")[0] for path in paths}
    return {name: value for name, value in claims.items() if name in wanted}


def _looked_at(settings: OidcSettings) -> list[str]:
    wanted = [settings.name_claim]
    wanted += [settings.grants_claim] if any(rule.value is not None for rule in settings.grants) else []
    return wanted + [claim for rule in settings.grants for claim in (rule.departments_claim, rule.grid_claim) if claim]


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
