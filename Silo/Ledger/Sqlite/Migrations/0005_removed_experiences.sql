-- An experience of this position was removed. Numbers are given out above it, even when the table is empty.
CREATE TABLE experience_horizon (
    seq INTEGER NOT NULL
) STRICT;
INSERT INTO experience_horizon VALUES (0);
