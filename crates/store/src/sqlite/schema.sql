-- The log, and what is folded from it in the same transaction. Times are microseconds since 1970.
CREATE TABLE head (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    chain BLOB NOT NULL
) STRICT;
CREATE TABLE log (
    seq INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    command_id BLOB,
    version INTEGER NOT NULL,
    kind TEXT NOT NULL,
    contact INTEGER,
    body BLOB NOT NULL,
    sum BLOB NOT NULL
) STRICT;
CREATE INDEX log_contact ON log (contact) WHERE contact IS NOT NULL;
CREATE TABLE command (
    id BLOB PRIMARY KEY,
    fingerprint INTEGER NOT NULL,
    at INTEGER NOT NULL,
    reply BLOB NOT NULL,
    sum INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX command_at ON command (at);
CREATE TABLE vault (
    contact INTEGER NOT NULL,
    field TEXT NOT NULL,
    value BLOB NOT NULL,
    expires INTEGER NOT NULL,
    sum INTEGER NOT NULL,
    PRIMARY KEY (contact, field)
) STRICT, WITHOUT ROWID;
CREATE INDEX vault_field ON vault (field);
CREATE INDEX vault_expires ON vault (expires);
CREATE TABLE snapshot (
    seq INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    chain BLOB NOT NULL,
    state BLOB NOT NULL,
    sum INTEGER NOT NULL
) STRICT;
CREATE TABLE extra (
    name TEXT PRIMARY KEY,
    seq INTEGER NOT NULL,
    body BLOB NOT NULL,
    sum INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE centre (
    version INTEGER PRIMARY KEY,
    phones INTEGER NOT NULL,
    source TEXT NOT NULL,
    sum INTEGER NOT NULL
) STRICT;
CREATE TABLE contact (
    id INTEGER PRIMARY KEY,
    state TEXT NOT NULL,
    channel TEXT NOT NULL,
    queue INTEGER,
    adviser INTEGER,
    topic INTEGER,
    origin TEXT NOT NULL,
    language TEXT NOT NULL,
    arrived INTEGER NOT NULL,
    enqueued INTEGER,
    answered INTEGER,
    ended INTEGER,
    reason TEXT,
    seq INTEGER NOT NULL,
    sum INTEGER NOT NULL
) STRICT;
CREATE INDEX contact_arrived ON contact (arrived, id);
CREATE INDEX contact_open ON contact (state, arrived) WHERE state <> 'Closed';
CREATE INDEX contact_queue ON contact (queue, arrived);
CREATE INDEX contact_adviser ON contact (adviser, arrived);
INSERT INTO head (id, seq, at, epoch, chain) VALUES (1, 0, 0, 0, zeroblob(16));
