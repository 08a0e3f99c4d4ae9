"""What the surroundings say: the environment, validated. Read by doors alone."""

from collections.abc import Sequence

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from ledgerflow.configuration.environment import ENVIRONMENT, Said


class Settings(BaseSettings):
    """Environment variables `LEDGERFLOW_…`; a command's own options come first."""

    model_config = SettingsConfigDict(env_prefix="LEDGERFLOW_")

    database_url: str = Field("", description="SQLite file, or a PostgreSQL URI as libpq reads it.")
    migration_url: str = Field(
        "", description="The same database for its owner, whom migrations need; else database_url."
    )
    tenant: str = Field("default", description="Whose books.", pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")
    redis_url: str = Field("", description="Redis that numbers invoices when PostgreSQL's sequences cannot be had.")
    config_dir: str = Field("", description="The folder of the configuration's files; none: all at their defaults.")
    open_batches: int | None = Field(None, description="Instead of limits.open_batches in the files.", ge=1)
    largest_batch: int | None = Field(None, description="Instead of limits.largest_batch.", ge=1)
    shelf_url: str = Field(
        "", description="Where archives lie: a folder or s3://bucket/folder; else beside the ledger."
    )
    keep_days: int | None = Field(None, description="Instead of retention.keep_days.", ge=1)
    running_batches: int | None = Field(None, description="Instead of limits.running_batches.", ge=1)
    clamd_url: str = Field(
        "",
        description="ClamAV that looks at uploads, tcp://host:3310 or unix:///path; none are taken while it is silent.",
        pattern=r"^$|^tcp://[^/\s:]+(:[0-9]{1,5})?$|^unix:///\S+$",
    )
    scrape_token: str = Field(
        "", description="What whoever reads /metrics shows, as a bearer token.", pattern=r"^$|^[\x21-\x7e]{16,200}$"
    )
    scrape_token_file: str = Field("", description="The file in which it stands, instead; it is read each time.")
    metrics_port: int | None = Field(None, description="Where a worker serves /metrics itself.", ge=1, le=65535)
    metrics_host: str = Field("127.0.0.1", description="The address at which it does.")
    trusted_proxies: str = Field(
        "", description="Addresses of proxies, by commas, whose X-Forwarded-For and -Proto are believed; * for any."
    )
    allowed_hosts: str = Field(
        "", description="Names by which the server may be called, by commas; else any, or on the loopback its own."
    )
    origins: str = Field("", description="Instead of security.allowed_origins, by commas: https://…")
    body_seconds: float = Field(15, description="Seconds in which the body of a request is here.", gt=0)
    head_seconds: float = Field(10, description="Seconds in which its headers are.", gt=0)
    drain_seconds: float = Field(0, description="Seconds for which a server that is told to end still serves.", ge=0)
    connections: int = Field(1000, description="Lines that a server keeps open.", ge=1)
    requests_in_hand: int = Field(100, description="Requests a server works on at once; more are sent away.", ge=1)
    sign_ins: int | None = Field(None, description="Instead of limits.rates.sign_ins.", ge=1)
    sign_ins_from: int | None = Field(None, description="Instead of limits.rates.sign_ins_from.", ge=1)
    refreshes: int | None = Field(None, description="Instead of limits.rates.refreshes.", ge=1)
    uploads: int | None = Field(None, description="Instead of limits.rates.uploads.", ge=1)
    orders: int | None = Field(None, description="Instead of limits.rates.orders.", ge=1)
    requests: int | None = Field(None, description="Instead of limits.rates.requests.", ge=1)

    def instead_of_files(self) -> dict[str, Said]:
        """What the environment says in place of the configuration's files, by the names of the variables."""
        said = {name: getattr(self, name) for name in ENVIRONMENT}
        spoken = {name: value for name, value in said.items() if value is not None and value != ""}
        return {name: members(value) if isinstance(value, str) else value for name, value in spoken.items()}


def members(text: str) -> Sequence[str]:
    """The words of a list with commas."""
    return [word.strip() for word in text.split(",") if word.strip()]
