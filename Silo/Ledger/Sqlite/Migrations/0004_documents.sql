-- Facts that are read and written whole: decisions, plans, rules, models. The newest version of each. Positions are never given twice.
CREATE TABLE documents (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT,
    kind       TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    version    INTEGER NOT NULL CHECK (version > 0),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    body       BLOB    NOT NULL,
    UNIQUE (kind, id)
) STRICT;
-- Lists, newest first.
CREATE UNIQUE INDEX documents_by_kind ON documents (kind, seq);
