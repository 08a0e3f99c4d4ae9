"""What the databases guard by themselves, as the statements that a migration runs: triggers under which what is entered
stays as it was, and on PostgreSQL the role, its rights and policies, and the functions that count native sequences.
"""

from collections.abc import Iterator, Mapping

APP_ROLE = "ledgerflow_app"
TENANT_SETTING = "ledgerflow.tenant"

_OWN = f"tenant = nullif(current_setting('{TENANT_SETTING}', true), '')"  # empty once its transaction has ended
_PLACE = ("tenant", "batch", "position", "number", "day", "kind", "series", "period", "count", "strategy")
_FACTS = ("buyer", "buyer_key", "currency", "taxable_value", "tax", "payable", "corrects", "trace_id", "document")
_SETTLED = (*_PLACE, *_FACTS, "generation_metadata")
KEPT: Mapping[str, tuple[str, ...]] = {"audit": (), "void_numbers": (), "invoices": _SETTLED}
"""The tables from which nothing is deleted, and the columns that never change; none are named where all of them are."""

_KEYS = {"audit": ("sequence",), "void_numbers": ("number",), "invoices": ("number", "batch position")}
"""The keys within a tenant: what SQLite's INSERT OR REPLACE would find there already, and delete without a word."""

RIGHTS: Mapping[str, str] = {
    "tenants": "SELECT, INSERT",
    "counters": "SELECT, INSERT, UPDATE",
    "sequences": "SELECT",
    "epochs": "SELECT, INSERT, UPDATE",
    "blocks": "SELECT, INSERT, UPDATE",
    "batches": "SELECT, INSERT",
    "invoices": "SELECT, INSERT, UPDATE (retry_count, last_error)",
    "void_numbers": "SELECT, INSERT",
    "audit": "SELECT, INSERT",
    "configurations": "SELECT, INSERT, UPDATE, DELETE",
    "migration_changes": "SELECT",
}


def sqlite_triggers(table: str) -> Iterator[str]:
    """Refuse to hand a row of any table to another tenant, and a change of what was entered in a table of `KEPT`."""
    yield (
        f"CREATE TRIGGER {table}_keeps_tenant BEFORE UPDATE OF tenant ON {table} WHEN NEW.tenant <> OLD.tenant "
        f"BEGIN SELECT RAISE(ABORT, 'a row of {table} stays with its tenant'); END"
    )
    if table not in KEPT:
        return
    keys = (" AND ".join(f"{column} = NEW.{column}" for column in ("tenant", *key.split())) for key in _KEYS[table])
    new = ", ".join(f"NEW.{column}" for column in KEPT[table])
    other = f" AND ({', '.join(KEPT[table])}) IS NOT ({new})" if new else ""
    again = " OR ".join(f"EXISTS (SELECT 1 FROM {table} WHERE {key}{other})" for key in keys)
    yield (
        f"CREATE TRIGGER {table}_refuses_replacement BEFORE INSERT ON {table} WHEN {again} "
        f"BEGIN SELECT RAISE(ABORT, 'what is entered in {table} stays as it is'); END"
    )
    columns = f" OF {', '.join(KEPT[table])}" if KEPT[table] else ""
    for deed, when in (("update", f"UPDATE{columns}"), ("delete", "DELETE")):
        yield (
            f"CREATE TRIGGER {table}_refuses_{deed} BEFORE {when} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, 'what is entered in {table} stays as it is'); END"
        )


def postgresql_triggers(table: str) -> Iterator[str]:
    """The same on PostgreSQL, where a table could be emptied as a whole besides. The function must be there."""
    columns = f" OF {', '.join(KEPT[table])}" if KEPT[table] else ""
    for deed, when, each in (
        ("update", f"UPDATE{columns}", "ROW"),
        ("delete", "DELETE", "ROW"),
        ("truncate", "TRUNCATE", "STATEMENT"),
    ):
        yield (
            f"CREATE TRIGGER {table}_refuses_{deed} BEFORE {when} ON {table} "
            f"FOR EACH {each} EXECUTE FUNCTION refuse_change()"
        )


REFUSE_CHANGE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what is entered in % stays as it is', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$
"""

MAKE_ROLE = f"""
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{APP_ROLE}') THEN
        CREATE ROLE {APP_ROLE} NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;  -- another database of this server made it just now
END $$
"""

LET_OWNER_TAKE_ROLE = f"""
DO $$ BEGIN
    IF NOT pg_has_role(current_user, '{APP_ROLE}', 'SET') THEN
        EXECUTE format('GRANT {APP_ROLE} TO %I', current_user);
    END IF;
END $$
"""


def row_security(table: str) -> Iterator[str]:
    """Whoever is not the owner reads and writes the rows of the session's tenant alone, with these rights."""
    yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
    yield f"CREATE POLICY own_rows ON {table} USING ({_OWN}) WITH CHECK ({_OWN})"
    yield f"GRANT {RIGHTS[table]} ON {table} TO {APP_ROLE}"


FUNCTIONS = (
    "series_key(text, text, text, bigint)",
    "make_sequence(text, text, text)",
    "take_numbers(text, text, bigint, bigint, text, text)",
    "lost_numbers()",
)


def counting(schema: str) -> Iterator[str]:
    """The functions by which native sequences are counted. They run with the rights of the owner, under whom no policy
    holds, so each takes the tenant from the session and from nowhere else, and refuses a session that has none."""
    definer = f"LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, pg_temp"
    yield _SERIES_KEY.replace("{schema}", schema)
    yield _MAKE_SEQUENCE.replace("{definer}", definer)
    yield _TAKE_NUMBERS.replace("{definer}", definer)
    yield _LOST_NUMBERS.replace("{definer}", definer)
    for function in FUNCTIONS:
        yield f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC"
    yield f"GRANT EXECUTE ON FUNCTION take_numbers(text, text, bigint, bigint, text, text) TO {APP_ROLE}"
    yield f"GRANT EXECUTE ON FUNCTION lost_numbers() TO {APP_ROLE}"


_SERIES_KEY = """
CREATE FUNCTION series_key(whose text, series text, period text, purpose bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE AS $$
    SELECT hashtextextended(whose || E'\\x1f' || series || E'\\x1f' || period, purpose)
$$
"""

_MAKE_SEQUENCE = """
CREATE FUNCTION make_sequence(whose text, p_series text, p_period text) RETURNS text
{definer} SET lock_timeout = '10s' AS $$
DECLARE
    native text := 'numbers_' || md5(whose || E'\\x1f' || p_series || E'\\x1f' || p_period);
    beginning bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(series_key(whose, p_series, p_period, 2));  -- one of many first comers makes it
    IF EXISTS (SELECT FROM counters c WHERE c.tenant = whose AND c.series = p_series AND c.period = p_period)
       OR EXISTS (SELECT FROM epochs e WHERE e.tenant = whose AND e.series = p_series AND e.period = p_period) THEN
        RAISE EXCEPTION 'the series is counted otherwise' USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    IF NOT EXISTS (SELECT FROM sequences q WHERE q.tenant = whose AND q.series = p_series AND q.period = p_period) THEN
        SELECT coalesce(max(b.last), 0) INTO beginning FROM blocks b
        WHERE b.tenant = whose AND b.series = p_series AND b.period = p_period;
        EXECUTE format('CREATE SEQUENCE %I START WITH %s', native, beginning + 1);
        INSERT INTO sequences (tenant, series, period, name, settled)
        VALUES (whose, p_series, p_period, native, beginning);
    END IF;
    RETURN native;
END $$
"""

_TAKE_NUMBERS = """
CREATE FUNCTION take_numbers(p_series text, p_period text, p_wanted bigint, p_capacity bigint, p_expires_at text,
                             p_holder text, OUT taken bigint, OUT remaining bigint)
{definer} SET lock_timeout = '200ms' AS $$
DECLARE
    whose text NOT NULL := nullif(current_setting('ledgerflow.tenant', true), '');
    turn bigint := series_key(whose, p_series, p_period, 1);
    held boolean := false;
    native text;
BEGIN
    IF p_wanted < 1 THEN
        RAISE EXCEPTION 'at least one number is taken' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM pg_advisory_xact_lock_shared(series_key(whose, p_series, p_period, 0));  -- whoever settles waits for us
    SELECT q.name INTO native FROM sequences q
    WHERE q.tenant = whose AND q.series = p_series AND q.period = p_period;
    IF native IS NULL THEN
        native := make_sequence(whose, p_series, p_period);
    END IF;
    BEGIN
        PERFORM pg_advisory_lock(turn);  -- for as long as the block takes, not until the end of the transaction
        held := true;
        taken := nextval(native);
        remaining := greatest(p_capacity - taken + 1, 0);
        IF p_wanted > remaining THEN
            PERFORM setval(native, taken, false);
        ELSE  -- for one number too: by nextval alone it would go on 32 further after a crash
            PERFORM setval(native, taken + p_wanted - 1);
        END IF;
        PERFORM pg_advisory_unlock(turn);
        held := false;
    EXCEPTION WHEN OTHERS OR query_canceled THEN
        IF held THEN
            PERFORM pg_advisory_unlock(turn);
        END IF;
        RAISE;
    END;
    IF p_wanted > remaining THEN
        taken := NULL;
        RETURN;
    END IF;
    INSERT INTO blocks (tenant, series, period, first, last, state, expires_at, holder)
    VALUES (whose, p_series, p_period, taken, taken + p_wanted - 1, 'open', p_expires_at, p_holder);
END $$
"""

_LOST_NUMBERS = """
CREATE FUNCTION lost_numbers() RETURNS TABLE (series text, period text, first bigint, last bigint)
{definer} SET lock_timeout = '100ms' AS $$
DECLARE
    whose text NOT NULL := nullif(current_setting('ledgerflow.tenant', true), '');
    flight bigint;
    one record;
    reached bigint;
    called boolean;
BEGIN
    FOR one IN SELECT * FROM sequences q WHERE q.tenant = whose ORDER BY q.series, q.period
               FOR UPDATE SKIP LOCKED LOOP  -- another settles those
        flight := series_key(whose, one.series, one.period, 0);
        BEGIN
            PERFORM pg_advisory_lock(flight);  -- what was in flight has been booked or was lost
        EXCEPTION WHEN lock_not_available THEN  -- who takes numbers stands behind us, and is not to wait for the tardy
            CONTINUE;
        END;
        BEGIN
            EXECUTE format('SELECT last_value, is_called FROM %I', one.name) INTO reached, called;
            PERFORM pg_advisory_unlock(flight);
        EXCEPTION WHEN OTHERS OR query_canceled THEN
            PERFORM pg_advisory_unlock(flight);
            RAISE;
        END;
        IF NOT called THEN
            reached := reached - 1;
        END IF;
        RETURN QUERY
            SELECT one.series, one.period, gap.after + 1, gap.before - 1
            FROM (
                SELECT coalesce(lag(b.last) OVER (ORDER BY b.first), one.settled) AS after, b.first AS before
                FROM (
                    SELECT b.first, b.last FROM blocks b
                    WHERE b.tenant = whose AND b.series = one.series AND b.period = one.period
                      AND b.first > one.settled AND b.first <= reached
                    UNION ALL SELECT reached + 1, reached + 1
                ) AS b
            ) AS gap
            WHERE gap.before - gap.after > 1
            ORDER BY gap.after;
        UPDATE sequences q SET settled = reached
        WHERE q.tenant = whose AND q.series = one.series AND q.period = one.period AND q.settled < reached;
    END LOOP;
END $$
"""
