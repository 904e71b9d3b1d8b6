"""Settings, declared once: name, type, default and a sentence of help."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """What may differ between installations; read from the environment and `.env`."""

    model_config = SettingsConfigDict(
        env_file=ROOT / ".env", extra="ignore", validate_by_name=True, validate_by_alias=True
    )

    database_url: str = Field(
        default="", description="PostgreSQL to use; empty starts the embedded server."
    )
    var_dir: Path = Field(
        default=ROOT / "var", description="Folder of the embedded server's data and scratch files."
    )
    config_dir: Path = Field(
        default=ROOT / "config", description="Folder of mappings, rules and texts."
    )
    language: str = Field(
        default="fa",
        description="Language of stored issue messages and of the terminal: fa or en.",
        pattern="^(fa|en)$",
        # LANGUAGE itself belongs to the operating system, with values of its own.
        validation_alias="SALES_LANGUAGE",
    )
    max_file_bytes: int = Field(
        default=4 * 1024**3, description="Largest file that is taken in, in bytes.", gt=0
    )
    block_bytes: int = Field(
        default=12 * 1024**2, description="Bytes of a file worked on at a time.", ge=4096
    )
    purge_after_days: int = Field(
        default=365, description="Days a load stays voided before it may be purged.", ge=30
    )
    session_idle_minutes: int = Field(
        default=60, description="Minutes without a click after which a session ends.", ge=1
    )
    session_hours: int = Field(
        default=12, description="Hours after which a session ends in any case.", ge=1, le=720
    )
    admin_name: str = Field(
        default="", description="Name of the first administrator; empty: admin."
    )
    admin_password: SecretStr = Field(
        default=SecretStr(""),
        description="Password of the first administrator's first sign-in; empty: one is made.",
    )
    oidc_issuer: str = Field(
        default="", description="Issuer of OpenID Connect; empty: people sign in here alone."
    )
    oidc_client_id: str = Field(default="", description="Name of this product at the issuer.")
    oidc_client_secret: SecretStr = Field(
        default=SecretStr(""), description="Secret of this product at the issuer."
    )
    oidc_scope: str = Field(
        default="openid profile email", description="What the issuer is asked to tell."
    )
    oidc_name_claim: str = Field(
        default="name", description="Claim that holds what a person is called."
    )
    oidc_role_claim: str = Field(
        default="roles", description="Claim that holds a person's roles or groups there."
    )
    oidc_roles: dict[str, Literal["uploader", "steward", "manager", "admin"]] = Field(
        default={},
        description="Role here for each role or group there, as JSON; the first that fits counts.",
    )
    api_requests_per_minute: int = Field(
        default=600,
        description="Requests a minute that one token may make of the API; an address may make "
        "twice as many.",
        ge=30,
    )
    inbox_dir: Path = Field(
        default=ROOT / "data" / "inbox", description="Folder whose files a worker takes in."
    )
    job_memory_bytes: int = Field(
        default=4 * 1024**3,
        description="Largest memory of one job of a worker, in bytes; over it the job fails.",
        ge=128 * 1024**2,
    )
    job_stalled_seconds: float = Field(
        default=20.0,
        description="Seconds without a sign of life after which another worker gets a job.",
        ge=2,
    )


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
