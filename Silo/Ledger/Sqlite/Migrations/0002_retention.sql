-- No event up to this position is sure to be there: some were removed because they were old. Numbers are given out above it, even when the table is empty.
CREATE TABLE event_horizon (
    seq INTEGER NOT NULL
) STRICT;
INSERT INTO event_horizon VALUES (0);

-- Idempotency keys by age.
CREATE INDEX operations_by_time ON operations (at);
