"""What the surroundings say: the environment, validated. Read by doors alone."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Environment variables `LEDGERFLOW_…`; a command's own options come first."""

    model_config = SettingsConfigDict(env_prefix="LEDGERFLOW_")

    database_url: str = Field("", description="SQLite file, or a PostgreSQL URI as libpq reads it.")
    migration_url: str = Field(
        "", description="The same database for its owner, whom migrations need; else database_url."
    )
    tenant: str = Field("default", description="Whose books.", pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")
    redis_url: str = Field("", description="Redis that numbers invoices when PostgreSQL's sequences cannot be had.")
    open_batches: int = Field(20, description="How many batches of a tenant may be waiting or at work at once.", ge=1)
    largest_batch: int = Field(100_000, description="How many invoices one batch that is ordered may have.", ge=1)
    shelf_url: str = Field(
        "", description="Where archives lie: a folder or s3://bucket/folder; else beside the ledger."
    )
    keep_days: int = Field(30, description="How long archives lie there.", ge=1)
    running_batches: int = Field(2, description="How many batches of a tenant are done at once.", ge=1)
    clamd_url: str = Field(
        "",
        description="ClamAV that looks at uploads, tcp://host:3310 or unix:///path; none are taken while it is silent.",
        pattern=r"^$|^tcp://[^/\s:]+(:[0-9]{1,5})?$|^unix:///\S+$",
    )
