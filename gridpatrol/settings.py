"""Settings of one node: `node.yaml` in the configuration directory, then the environment, then the command line."""

from __future__ import annotations

import os
from collections.abc import Mapping
from ipaddress import IPv4Address, IPv4Network, IPv6Network
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, ValidationError, field_validator, model_validator

from detector.config import Settings
from dispatch.accounts.claims import OidcSettings
from gridpatrol.config.document import read_yaml, shown, validate
from gridpatrol.errors import UserError

ENVIRONMENT_PREFIX = "GRIDPATROL_"
FILE_NAME = "node.yaml"
STREAM_SCHEMES = ("redis://", "rediss://", "unix://")


class Api(Settings):
    """Where the HTTP interface listens."""

    host: str = Field(default="127.0.0.1", description="address to listen on; 0.0.0.0 for all")
    port: int = Field(default=8600, ge=0, le=65535, description="port; 0 takes any free one")
    names: tuple[str, ...] = Field(
        default=(), description="names and addresses by which others call the node; loopback's are always among them"
    )
    guest_reading: bool = Field(
        default=False, description="whether reading needs no sign-in, as role viewer; on loopback only, for trials"
    )
    tls_certificate: Path | None = Field(default=None, description="PEM file of the certificate chain, for HTTPS")
    tls_key: Path | None = Field(default=None, description="PEM file of the certificate's private key")
    behind_tls_proxy: bool = Field(
        default=False,
        description="a proxy of yours encrypts before the node; needed beyond loopback if no certificate is",
    )

    oidc: OidcSettings | None = Field(default=None, description="sign-in with the city's own accounts; none if absent")

    @model_validator(mode="after")
    def _certificate_has_its_key(self) -> Self:
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ValueError("tls_certificate and tls_key are given together")
        return self


class Retention(Settings):
    """How long what is no longer needed is kept."""

    unfiled_days: float = Field(
        default=30, gt=0, description="pictures that never belonged to a filed case, and what people wrote of it; days"
    )
    filed_days: float = Field(default=730, gt=0, description="pictures of a filed case, counted from its end; days")
    messages_days: float = Field(default=30, gt=0, description="messages that every consumer has acknowledged")


class RecentSettings(Settings):
    """The latest minutes of every camera on the disk, to try rules on. Faces and plates are readable on them."""

    minutes: float = Field(
        default=0, ge=0, le=180, description="how far back pictures are kept; 0 keeps none and removes what there is"
    )
    megabytes_per_camera: float = Field(
        default=64,
        gt=0,
        le=10_000,
        description="where it would not last for these minutes, pictures are kept up to 10 s apart; then the oldest go",
    )


class OnvifSettings(Settings):
    """Searching the network for ONVIF cameras, for people who add them."""

    search: bool = Field(
        default=False, description="whether the interface may search the node's network (WS-Discovery)"
    )
    interfaces: tuple[IPv4Address, ...] = Field(
        default=(), max_length=16, description="this machine's addresses in the networks to search; the default route's"
    )
    seconds: float = Field(default=3, gt=0, le=10, description="how long a search listens for answers")


class GateSettings(Settings):
    """What challengers are measured on when somebody asks for it over the interface."""

    data: tuple[Path, ...] = Field(min_length=1, description="YOLO data files")
    split: Literal["train", "val", "test"] | None = Field(
        default=None, description="of the data; val, then test, then train when absent"
    )
    clips: Path | None = Field(default=None, description="also compare events on the clips of this folder")


class NodeSettings(Settings):
    """What `node.yaml` may say. All of it has defaults: the file may be absent."""

    api: Api = Api()
    redis_url: str | None = Field(
        default=None,
        description="redis://, rediss:// or unix:// of a Redis (>= 6.2) or Valkey; a private Valkey runs when absent",
    )
    dispatch_database: str | None = Field(
        default=None, description="SQLAlchemy URL of the dispatch side; a SQLite file in the data directory when absent"
    )
    model_manifest: Path | None = Field(
        default=None, description="manifest.toml with the weights in service; the shipped one when absent"
    )
    secrets_file: Path | None = Field(
        default=None, description="YAML of camera credentials by name (user:password), readable by this user only"
    )
    gate: GateSettings | None = Field(
        default=None, description="data to measure challengers on; without it the command line measures them"
    )
    retention: Retention = Retention()
    recent: RecentSettings = RecentSettings()
    onvif: OnvifSettings = OnvifSettings()
    upload_megabytes: float = Field(
        default=256, gt=0, le=1024, description="of a recording that is uploaded to try rules on; kept for a day"
    )
    allowed_networks: tuple[IPv4Network | IPv6Network, ...] = Field(
        default=(),
        description="loopback, link-local or metadata networks that cameras and webhooks may use all the same",
    )
    language: Literal["en", "zh"] | None = Field(default=None, description="of the terminal; the locale's when absent")

    @field_validator("redis_url")
    @classmethod
    def _is_a_stream_address(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(STREAM_SCHEMES):
            raise ValueError(f"expected an address that starts with {', '.join(STREAM_SCHEMES)}")
        return value


# Environment variable -> where its value goes. Nothing else of GRIDPATROL_* is a setting (credentials are by name).
_FROM_ENVIRONMENT: Mapping[str, tuple[str, ...]] = {
    "API_HOST": ("api", "host"),
    "API_PORT": ("api", "port"),
    "REDIS_URL": ("redis_url",),
    "DISPATCH_DATABASE": ("dispatch_database",),
    "MODEL_MANIFEST": ("model_manifest",),
    "SECRETS_FILE": ("secrets_file",),
    "LANGUAGE": ("language",),
}


def load_settings(
    config_dir: Path,
    *,
    host: str | None = None,
    port: int | None = None,
    language: str | None = None,
    environment: Mapping[str, str] | None = None,
) -> NodeSettings:
    """Read the node's settings. Paths in the file are relative to it.

    Args:
        config_dir: directory that may hold `node.yaml`.
        host, port, language: from the command line; None leaves what the file or the environment says.
        environment: `os.environ` when absent.

    Raises:
        UserError: a value that cannot be, with its file and line, variable or option.
    """
    path = config_dir / FILE_NAME
    settings = NodeSettings()
    if path.exists():
        settings = _relative_to(path.parent, validate(read_yaml(path), NodeSettings))
    variables = os.environ if environment is None else environment
    for name, target in _FROM_ENVIRONMENT.items():
        value = variables.get(ENVIRONMENT_PREFIX + name)
        if value:
            settings = _with(settings, target, value, place=f"environment variable {ENVIRONMENT_PREFIX}{name}")
    for option, target, given in (
        ("--host", ("api", "host"), host),
        ("--port", ("api", "port"), port),
        ("--lang", ("language",), language),
    ):
        if given is not None:
            settings = _with(settings, target, given, place=option)
    return settings


def _relative_to(folder: Path, settings: NodeSettings) -> NodeSettings:
    paths = {
        name: (folder / value).resolve()
        for name in ("model_manifest", "secrets_file")
        if (value := getattr(settings, name)) is not None
    }
    files = {
        name: (folder / value).resolve()
        for name in ("tls_certificate", "tls_key")
        if (value := getattr(settings.api, name)) is not None
    }
    gate = settings.gate
    if gate is not None:
        data = tuple((folder / path).resolve() for path in gate.data)
        clips = None if gate.clips is None else (folder / gate.clips).resolve()
        gate = gate.model_copy(update={"data": data, "clips": clips})
    return settings.model_copy(update={**paths, "api": settings.api.model_copy(update=files), "gate": gate})


def _with(settings: NodeSettings, target: tuple[str, ...], value: object, *, place: str) -> NodeSettings:
    data: dict[str, Any] = settings.model_dump()
    holder = data
    for step in target[:-1]:
        holder = holder[step]
    holder[target[-1]] = value
    try:
        return NodeSettings.model_validate(data)
    except ValidationError as error:
        reason = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise UserError(f"{reason}, got {shown(value)}", place=place) from error
