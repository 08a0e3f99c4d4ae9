"""0002 One `realism_profile` for three switches: none on is basic, all three advanced, anything else realistic."""

from alembic import op
from sqlalchemy import Boolean, Column, Text, false, text

from ledgerflow.store.migrations import records
from ledgerflow.store.migrations.earlier import SWITCHES
from ledgerflow.store.migrations.tables import lose

revision = "0002"
down_revision = "0001"

_TABLE, _SUBJECT, _PROFILE = "simulation_configs", "configuration", "realism_profile"
_LIKELY = {"basic": (False, False, False), "advanced": (True, True, True)}
_SOME = (True, True, False)  # of those that make a realistic profile


def upgrade() -> None:
    books = op.get_bind()
    switched = text(f"SELECT tenant_id, id, {', '.join(SWITCHES)} FROM {_TABLE} ORDER BY id")
    changes, profiles = [], []
    for tenant, number, *switches in books.execute(switched):
        profile = "advanced" if all(switches) else "realistic" if any(switches) else "basic"
        before = {name: bool(on) for name, on in zip(SWITCHES, switches, strict=True)}
        changes.append(records.change(tenant, revision, f"{_SUBJECT} {number}", before, {_PROFILE: profile}))
        profiles.append({"id": number, "profile": profile})
    records.record(books, changes)
    with op.batch_alter_table(_TABLE) as configurations:
        configurations.add_column(Column(_PROFILE, Text, nullable=False, server_default="basic"))
        for name in SWITCHES:
            configurations.drop_column(name)
    if profiles:
        books.execute(text(f"UPDATE {_TABLE} SET {_PROFILE} = :profile WHERE id = :id"), profiles)


def downgrade() -> None:
    books = op.get_bind()
    known = {int(name): before for _, name, before, _ in records.recorded(books, revision, _SUBJECT)}
    found = books.execute(text(f"SELECT id, {_PROFILE} FROM {_TABLE} ORDER BY id")).all()
    lose(sum(number not in known for number, _ in found), "configuration's switches", "configurations' switches")
    likely = {number: dict(zip(SWITCHES, _LIKELY.get(profile, _SOME), strict=True)) for number, profile in found}
    with op.batch_alter_table(_TABLE) as configurations:
        for name in SWITCHES:
            configurations.add_column(Column(name, Boolean, nullable=False, server_default=false()))
        configurations.drop_column(_PROFILE)
    switched = text(f"UPDATE {_TABLE} SET {', '.join(f'{name} = :{name}' for name in SWITCHES)} WHERE id = :id")
    if found:
        books.execute(switched, [{"id": number, **known.get(number, likely[number])} for number, _ in found])
    records.forget(books, revision)
