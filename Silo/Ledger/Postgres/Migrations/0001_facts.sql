-- Times are UTC ticks (100 ns since 0001-01-01), which a timestamp of PostgreSQL cannot hold exactly. Numbers of enums are those of the contracts.
-- Text sorts by code point (COLLATE "C"). JSON that users sent is kept as the text that it was.

-- What a task is: never changes.
CREATE TABLE tasks (
    seq        bigint   GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id         text     COLLATE "C" NOT NULL UNIQUE,
    type       smallint NOT NULL,
    priority   smallint NOT NULL,
    created_at bigint   NOT NULL,
    spec       bytea    NOT NULL
);
-- Lists by type and by priority.
CREATE INDEX tasks_by_kind ON tasks (type, priority, seq);
-- Lists by time of submission.
CREATE INDEX tasks_by_creation ON tasks (created_at);

-- Where a task stands: rewritten with every transition, which costs an entry in every index here. What lists filter by is repeated from the task.
CREATE TABLE task_states (
    seq              bigint   PRIMARY KEY,
    queue            text     COLLATE "C" NOT NULL,
    type             smallint NOT NULL,
    priority         smallint NOT NULL,
    created_at       bigint   NOT NULL,
    version          integer  NOT NULL,
    status           smallint NOT NULL,
    agent            text     COLLATE "C",
    assigned_at      bigint,
    started_at       bigint,
    completed_at     bigint,
    retry_count      integer  NOT NULL,
    loss_count       integer  NOT NULL,
    max_retries      integer  NOT NULL,
    attempt          integer  NOT NULL,
    cancel_requested boolean  NOT NULL,
    next_attempt_at  bigint,
    actual_seconds   double precision,
    token            text,
    held_by          smallint NOT NULL,
    expires_at       bigint,
    error_code       text,
    error_message    text,
    attempts         bytea,
    closed           bytea,
    progress         text,
    result           text,
    redriven_at      bigint
) WITH (fillfactor = 85);
-- Live tasks of a queue in submit order; failed tasks of a queue; lists by queue and by status.
CREATE INDEX task_states_by_queue ON task_states (queue, status, seq);
-- Tasks that an agent holds; lists by agent.
CREATE INDEX task_states_by_agent ON task_states (agent, status, seq) WHERE agent IS NOT NULL;

-- How many tasks stand where; moved with every transition.
CREATE TABLE task_counts (
    queue  text     COLLATE "C" NOT NULL,
    status smallint NOT NULL,
    n      bigint   NOT NULL CHECK (n >= 0),
    PRIMARY KEY (queue, status)
) WITH (fillfactor = 50);

-- Which task waits for which.
CREATE TABLE edges (
    child_seq   bigint   NOT NULL,
    ordinal     integer  NOT NULL,
    child_id    text     COLLATE "C" NOT NULL,
    child_queue text     COLLATE "C" NOT NULL,
    parent_id   text     COLLATE "C" NOT NULL,
    rule        smallint NOT NULL,
    PRIMARY KEY (child_seq, ordinal)
);
-- Children of a task that ends.
CREATE INDEX edges_by_parent ON edges (parent_id);

-- The outbox and the history. A position is the number of the transaction and the place in it: whoever reads behind the oldest open transaction reads all of them in order.
-- One partition a day, made ahead; what no day has room for goes to the last one.
CREATE TABLE events (
    seq      bigint NOT NULL,
    at       bigint NOT NULL,
    type     text   COLLATE "C" NOT NULL,
    task_seq bigint,
    task_id  text   COLLATE "C",
    agent    text   COLLATE "C",
    queue    text   COLLATE "C",
    data     text   NOT NULL
) PARTITION BY RANGE (at);
CREATE TABLE events_of_other_days PARTITION OF events DEFAULT;
CREATE INDEX events_by_position ON events (seq);
-- History of one task.
CREATE INDEX events_by_task ON events (task_seq, seq) WHERE task_seq IS NOT NULL;

-- No event up to this position is sure to be there: some were removed because they were old.
CREATE TABLE event_horizon (
    seq bigint NOT NULL
);
INSERT INTO event_horizon VALUES (0);

-- What is added to the number of a transaction, so that positions go on growing when the facts move to a server that has counted fewer transactions.
CREATE TABLE event_clock (
    shift bigint NOT NULL
);
INSERT INTO event_clock VALUES (0);

-- Positions of this transaction start here. Bits below 16 count the events within it.
CREATE FUNCTION event_positions() RETURNS bigint LANGUAGE sql VOLATILE AS
$$ SELECT (pg_current_xact_id()::text::bigint + shift) << 16 FROM event_clock $$;

-- Every transaction whose positions are below this one has ended; statements that begin later see its events. Only transactions in this database count: those in others
-- of the same server may take hours and have no events here. First the ceiling, then who is at work: whoever got a number below it before is among them or has ended.
CREATE FUNCTION event_frontier() RETURNS bigint LANGUAGE plpgsql VOLATILE AS
$$
DECLARE
    ceiling bigint := pg_snapshot_xmax(pg_current_snapshot())::text::bigint;
    oldest  bigint;
BEGIN
    -- backend_xid has the lower 32 bits of a number; the number is the one nearest to the ceiling.
    SELECT min(ceiling + ((a.backend_xid::text::bigint - ceiling + 2147483648) & 4294967295) - 2147483648)
        INTO oldest FROM pg_stat_activity a WHERE a.datname = current_database() AND a.backend_xid IS NOT NULL;
    RETURN (least(ceiling, oldest) + (SELECT shift FROM event_clock)) << 16;
END
$$;

CREATE TABLE agents (
    id            text     COLLATE "C" PRIMARY KEY,
    profile       bytea    NOT NULL,
    load          integer  NOT NULL CHECK (load >= 0),
    active        boolean  NOT NULL,
    last_seen     bigint   NOT NULL,
    completed     bigint   NOT NULL,
    failed        bigint   NOT NULL,
    lost          bigint   NOT NULL,
    busy_seconds  double precision NOT NULL,
    draining      boolean  NOT NULL,
    registered_at bigint   NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE queues (
    name     text  COLLATE "C" PRIMARY KEY,
    settings bytea NOT NULL
);

CREATE TABLE settings (
    name  text COLLATE "C" PRIMARY KEY,
    value text NOT NULL
);

CREATE TABLE operations (
    key       text   COLLATE "C" PRIMARY KEY,
    body_hash text   NOT NULL,
    answer    text   NOT NULL,
    at        bigint NOT NULL
);
-- Idempotency keys by age.
CREATE INDEX operations_by_time ON operations (at);

CREATE TABLE experiences (
    seq           bigint   GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id            text     COLLATE "C" NOT NULL UNIQUE,
    stream        text     COLLATE "C" NOT NULL,
    at            bigint   NOT NULL,
    success       boolean  NOT NULL,
    learning_type smallint NOT NULL,
    feedback      double precision NOT NULL,
    tags          bytea,
    context       text     NOT NULL,
    action        text     NOT NULL,
    outcome       text     NOT NULL,
    metrics       bytea
);
-- Experiences of a stream, newest arrival first.
CREATE INDEX experiences_by_stream ON experiences (stream, seq);
-- By learning type and by success.
CREATE INDEX experiences_by_kind ON experiences (learning_type, success, seq);
-- By when they happened.
CREATE INDEX experiences_by_time ON experiences (at);

CREATE TABLE experience_tags (
    tag text   COLLATE "C" NOT NULL,
    seq bigint NOT NULL,
    at  bigint NOT NULL,
    PRIMARY KEY (tag, seq)
);

-- How many experiences there are, by success, and how many happened in each minute, so that they need not be counted one by one.
-- Each writer adds to a slot of its own, so that writers do not wait for each other.
CREATE TABLE experience_counts (
    slot    smallint NOT NULL,
    success boolean  NOT NULL,
    n       bigint   NOT NULL,
    PRIMARY KEY (slot, success)
) WITH (fillfactor = 50);

CREATE TABLE experience_minutes (
    minute bigint   NOT NULL,
    slot   smallint NOT NULL,
    n      bigint   NOT NULL,
    PRIMARY KEY (minute, slot)
) WITH (fillfactor = 50);
