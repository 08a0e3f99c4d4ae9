"""The functions of PostgreSQL that run with the owner's rights, as the statements that a migration runs.

They count native sequences for the tenant of the session; some look at all tenants, for a worker serves every one, and
two add up over all of them, for whoever watches the installation.
"""

from collections.abc import Iterator

from ledgerflow.store.guards import APP_ROLE

COUNTING = (
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
    for function in COUNTING:
        yield f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC"
    yield f"GRANT EXECUTE ON FUNCTION take_numbers(text, text, bigint, bigint, text, text) TO {APP_ROLE}"
    yield f"GRANT EXECUTE ON FUNCTION lost_numbers() TO {APP_ROLE}"


LOOKING = ("open_jobs()", "known_tenants()")


def looking(schema: str) -> Iterator[str]:
    """The functions that look across tenants, and tell no more of them than a worker needs to take up their jobs."""
    definer = f"LANGUAGE sql STABLE SECURITY DEFINER SET search_path = {schema}, pg_temp"
    yield _OPEN_JOBS.replace("{definer}", definer)
    yield _KNOWN_TENANTS.replace("{definer}", definer)
    for function in LOOKING:
        yield f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC"
        yield f"GRANT EXECUTE ON FUNCTION {function} TO {APP_ROLE}"


WATCHING = ("queue_standing()", "budget_standing(text)")


def watching(schema: str) -> Iterator[str]:
    """The functions by which an installation is watched: sums over all tenants, from which none of them can be told."""
    definer = f"LANGUAGE sql STABLE SECURITY DEFINER SET search_path = {schema}, pg_temp"
    yield _QUEUE_STANDING.replace("{definer}", definer)
    yield _BUDGET_STANDING.replace("{definer}", definer)
    for function in WATCHING:
        yield f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC"
        yield f"GRANT EXECUTE ON FUNCTION {function} TO {APP_ROLE}"


REPORTING = ("tally_standing(text)", "troubled_jobs(text, bigint)")


def reporting(schema: str) -> Iterator[str]:
    """The functions by which operators hear what was made, and of which batches something failed: never of what."""
    definer = f"LANGUAGE sql STABLE SECURITY DEFINER SET search_path = {schema}, pg_temp"
    yield _TALLY_STANDING.replace("{definer}", definer)
    yield _TROUBLED_JOBS.replace("{definer}", definer)
    for function in REPORTING:
        yield f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC"
        yield f"GRANT EXECUTE ON FUNCTION {function} TO {APP_ROLE}"


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

_OPEN_JOBS = """
CREATE FUNCTION open_jobs()
RETURNS TABLE (tenant text, id text, run bigint, status text, priority bigint, trace_id text)
{definer} AS $$
    SELECT j.tenant, j.id, j.run, j.status, j.priority, j.trace_id FROM jobs j
    WHERE j.status IN ('queued', 'running')
    ORDER BY j.priority, j.created_at, j.tenant, j.id
$$
"""

_KNOWN_TENANTS = """
CREATE FUNCTION known_tenants() RETURNS TABLE (tenant text)
{definer} AS $$ SELECT t.tenant FROM tenants t ORDER BY t.tenant $$
"""

_QUEUE_STANDING = """
CREATE FUNCTION queue_standing() RETURNS TABLE (queued bigint, running bigint, oldest text)
{definer} AS $$
    SELECT count(*) FILTER (WHERE j.status = 'queued'), count(*) FILTER (WHERE j.status = 'running'),
           min(j.created_at) FILTER (WHERE j.status = 'queued' AND j.run = 1)
    FROM jobs j WHERE j.status IN ('queued', 'running')
$$
"""

_BUDGET_STANDING = """
CREATE FUNCTION budget_standing(since text) RETURNS TABLE (attempted bigint, failed bigint)
{definer} AS $$
    SELECT coalesce(sum(CASE WHEN j.status IN ('succeeded', 'partly failed', 'failed') THEN j.total
                             ELSE j.drawn + j.failed END), 0)::bigint,
           coalesce(sum(j.failed), 0)::bigint
    FROM jobs j WHERE j.created_at >= since
$$
"""

_TALLY_STANDING = """
CREATE FUNCTION tally_standing(since text)
RETURNS TABLE (batches bigint, issued bigint, attempted bigint, failed bigint)
{definer} AS $$
    SELECT count(*), coalesce(sum(j.issued), 0)::bigint,
           coalesce(sum(CASE WHEN j.status IN ('succeeded', 'partly failed', 'failed') THEN j.total
                             ELSE j.drawn + j.failed END), 0)::bigint,
           coalesce(sum(j.failed), 0)::bigint
    FROM jobs j WHERE j.created_at >= since
$$
"""

_TROUBLED_JOBS = """
CREATE FUNCTION troubled_jobs(since text, most bigint)
RETURNS TABLE (tenant text, id text, status text, created_at text, ended_at text, last_error text, failed bigint,
               trace_id text)
{definer} AS $$
    SELECT j.tenant, j.id, j.status, j.created_at, j.ended_at, '', j.failed, j.trace_id FROM jobs j
    WHERE j.created_at >= since AND j.status IN ('partly failed', 'failed')
    ORDER BY j.created_at DESC, j.id DESC LIMIT most
$$
"""
