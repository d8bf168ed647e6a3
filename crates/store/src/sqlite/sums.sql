-- Sums of the roll-up, by quarter of an hour since 1970; and the last record that is in them.
CREATE TABLE IF NOT EXISTS sums (
    quarter INTEGER NOT NULL,
    queue INTEGER NOT NULL,
    channel INTEGER NOT NULL,
    topic INTEGER NOT NULL,
    unit INTEGER NOT NULL,
    body BLOB NOT NULL,
    sum INTEGER NOT NULL,
    PRIMARY KEY (quarter, queue, channel, topic, unit)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sums_head (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    seq INTEGER NOT NULL
) STRICT;
INSERT OR IGNORE INTO sums_head (id, seq) VALUES (1, 0);
