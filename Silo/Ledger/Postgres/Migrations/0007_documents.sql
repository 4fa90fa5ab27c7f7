-- Facts that are read and written whole: decisions, plans, rules, models. The newest version of each.
CREATE TABLE documents (
    seq        bigint  GENERATED ALWAYS AS IDENTITY,
    kind       text    COLLATE "C" NOT NULL,
    id         text    COLLATE "C" NOT NULL,
    version    integer NOT NULL CHECK (version > 0),
    created_at bigint  NOT NULL,
    updated_at bigint  NOT NULL,
    body       bytea   NOT NULL,
    PRIMARY KEY (kind, id)
);
-- Lists, newest first.
CREATE UNIQUE INDEX documents_by_kind ON documents (kind, seq);
