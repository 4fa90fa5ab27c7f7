-- Times are UTC ticks (100 ns since 0001-01-01). Numbers of enums are those of the contracts.

-- What a task is and where it stands. The specification, which may be large and never changes, is kept apart so that a transition rewrites a short row.
CREATE TABLE tasks (
    seq              INTEGER PRIMARY KEY,
    id               TEXT    NOT NULL UNIQUE,
    queue            TEXT    NOT NULL,
    type             INTEGER NOT NULL,
    priority         INTEGER NOT NULL,
    created_at       INTEGER NOT NULL,
    version          INTEGER NOT NULL,
    status           INTEGER NOT NULL,
    agent            TEXT,
    assigned_at      INTEGER,
    started_at       INTEGER,
    completed_at     INTEGER,
    retry_count      INTEGER NOT NULL,
    loss_count       INTEGER NOT NULL,
    max_retries      INTEGER NOT NULL,
    attempt          INTEGER NOT NULL,
    cancel_requested INTEGER NOT NULL,
    next_attempt_at  INTEGER,
    actual_seconds   REAL,
    token            TEXT,
    held_by          INTEGER NOT NULL,
    expires_at       INTEGER,
    error_code       TEXT,
    error_message    TEXT,
    attempts         BLOB,
    closed           BLOB,
    progress         TEXT,
    result           TEXT,
    redriven_at      INTEGER
) STRICT;
-- Live tasks of a queue in submit order; failed tasks of a queue; lists by queue and by status.
CREATE INDEX tasks_by_queue ON tasks (queue, status);
-- Tasks that an agent holds; lists by agent.
CREATE INDEX tasks_by_agent ON tasks (agent, status) WHERE agent IS NOT NULL;
-- Lists by type and by priority.
CREATE INDEX tasks_by_kind ON tasks (type, priority);
-- Lists by time of submission.
CREATE INDEX tasks_by_creation ON tasks (created_at);

CREATE TABLE task_specs (
    seq  INTEGER PRIMARY KEY,
    spec BLOB    NOT NULL
) STRICT;

-- How many tasks stand where; moved with every transition.
CREATE TABLE task_counts (
    queue  TEXT    NOT NULL,
    status INTEGER NOT NULL,
    n      INTEGER NOT NULL CHECK (n >= 0),
    PRIMARY KEY (queue, status)
) STRICT, WITHOUT ROWID;

-- Which task waits for which.
CREATE TABLE edges (
    child_seq   INTEGER NOT NULL,
    ordinal     INTEGER NOT NULL,
    child_id    TEXT    NOT NULL,
    child_queue TEXT    NOT NULL,
    parent_id   TEXT    NOT NULL,
    rule        INTEGER NOT NULL,
    PRIMARY KEY (child_seq, ordinal)
) STRICT, WITHOUT ROWID;
-- Children of a task that ends.
CREATE INDEX edges_by_parent ON edges (parent_id);

-- The outbox and the history, in commit order without gaps.
CREATE TABLE events (
    seq      INTEGER PRIMARY KEY,
    at       INTEGER NOT NULL,
    type     TEXT    NOT NULL,
    task_seq INTEGER,
    task_id  TEXT,
    agent    TEXT,
    queue    TEXT,
    data     TEXT    NOT NULL
) STRICT;
-- History of one task.
CREATE INDEX events_by_task ON events (task_seq) WHERE task_seq IS NOT NULL;

CREATE TABLE agents (
    id            TEXT    PRIMARY KEY,
    profile       BLOB    NOT NULL,
    load          INTEGER NOT NULL CHECK (load >= 0),
    active        INTEGER NOT NULL,
    last_seen     INTEGER NOT NULL,
    completed     INTEGER NOT NULL,
    failed        INTEGER NOT NULL,
    lost          INTEGER NOT NULL,
    busy_seconds  REAL    NOT NULL,
    draining      INTEGER NOT NULL,
    registered_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE queues (
    name     TEXT PRIMARY KEY,
    settings BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE settings (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE operations (
    key       TEXT    PRIMARY KEY,
    body_hash TEXT    NOT NULL,
    answer    TEXT    NOT NULL,
    at        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE experiences (
    seq           INTEGER PRIMARY KEY,
    id            TEXT    NOT NULL UNIQUE,
    stream        TEXT    NOT NULL,
    at            INTEGER NOT NULL,
    success       INTEGER NOT NULL,
    learning_type INTEGER NOT NULL,
    feedback      REAL    NOT NULL,
    tags          BLOB,
    context       TEXT    NOT NULL,
    action        TEXT    NOT NULL,
    outcome       TEXT    NOT NULL,
    metrics       BLOB
) STRICT;
-- Experiences of a stream, newest arrival first.
CREATE INDEX experiences_by_stream ON experiences (stream);
-- By learning type and by success.
CREATE INDEX experiences_by_kind ON experiences (learning_type, success);
-- By when they happened.
CREATE INDEX experiences_by_time ON experiences (at);

CREATE TABLE experience_tags (
    tag TEXT    NOT NULL,
    seq INTEGER NOT NULL,
    at  INTEGER NOT NULL,
    PRIMARY KEY (tag, seq)
) STRICT, WITHOUT ROWID;

-- How many experiences there are, by success.
CREATE TABLE experience_counts (
    success INTEGER PRIMARY KEY,
    n       INTEGER NOT NULL
) STRICT;

-- How many happened in each minute, so that recent ones need not be counted one by one.
CREATE TABLE experience_minutes (
    minute INTEGER PRIMARY KEY,
    n      INTEGER NOT NULL
) STRICT;
