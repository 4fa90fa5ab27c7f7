-- Facts know in which database they lie, so that those that come from a backup are noticed wherever they are.
ALTER TABLE event_clock ADD COLUMN home text;

-- This database: the server that it was made on, and its number there. Both stay in copies of the server's files, which keep the numbers of transactions too; a restored dump has others.
CREATE FUNCTION facts_home() RETURNS text LANGUAGE sql STABLE AS
$$ SELECT system_identifier || '/' || (SELECT oid FROM pg_database WHERE datname = current_database()) FROM pg_control_system() $$;

-- Facts were taken back to an earlier moment: readers may have positions of events that were lost with what came after it. Positions go on behind all of those: 2^31 transactions further,
-- more than a server counts in days at its fastest; there is room for 60 such steps below 2^53. The horizon goes with them: every reader from before is told once that events are missing.
CREATE FUNCTION move_event_clock() RETURNS bigint LANGUAGE sql VOLATILE AS
$$
    UPDATE event_clock SET home = facts_home(),
        shift = shift + 2147483648 + greatest(0, (greatest((SELECT max(seq) FROM events), (SELECT seq FROM event_horizon)) >> 16) - (event_positions() >> 16));
    UPDATE event_horizon SET seq = event_positions() RETURNING seq;
$$;

UPDATE event_clock SET home = facts_home();
