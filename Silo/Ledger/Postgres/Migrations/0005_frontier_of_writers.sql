-- As before, of clients alone: a worker of autovacuum that analyses a large table holds a number for as long as that takes, and writes no events.
CREATE OR REPLACE FUNCTION event_frontier() RETURNS bigint LANGUAGE plpgsql VOLATILE AS
$$
DECLARE
    ceiling bigint := pg_snapshot_xmax(pg_current_snapshot())::text::bigint;
    oldest  bigint;
BEGIN
    -- backend_xid has the lower 32 bits of a number; the number is the one nearest to the ceiling.
    SELECT min(ceiling + ((a.backend_xid::text::bigint - ceiling + 2147483648) & 4294967295) - 2147483648)
        INTO oldest FROM pg_stat_activity a WHERE a.datname = current_database() AND a.backend_xid IS NOT NULL AND a.backend_type = 'client backend';
    RETURN (least(ceiling, oldest) + (SELECT shift FROM event_clock)) << 16;
END
$$;
