"""What the surroundings say: the environment, validated. Read by doors alone."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from ledgerflow.configuration.environment import ENVIRONMENT


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

    def instead_of_files(self) -> dict[str, int]:
        """What the environment says in place of the configuration's files, by the names of the variables."""
        said = {name: getattr(self, name) for name in ENVIRONMENT}
        return {name: value for name, value in said.items() if value is not None}
