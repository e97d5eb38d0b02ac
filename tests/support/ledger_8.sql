-- As version 8 of the ledger was made.
-- tests/delivery/test_migrations.py brings it up to date.

CREATE TABLE mailings (
    id        INTEGER PRIMARY KEY,
    release   TEXT NOT NULL UNIQUE,
    kind      TEXT NOT NULL,
    subject   TEXT NOT NULL,
    mail_from TEXT NOT NULL,
    domain    TEXT NOT NULL,
    follows   TEXT NOT NULL,
    created   REAL NOT NULL,
    boot      TEXT NOT NULL DEFAULT '',
    ready     INTEGER NOT NULL DEFAULT 1,
    planned   REAL NOT NULL DEFAULT 0,
    embargo   REAL NOT NULL DEFAULT 0,
    zone      TEXT NOT NULL DEFAULT '',
    day       TEXT NOT NULL DEFAULT '',
    holder    TEXT NOT NULL DEFAULT '',
    sequence  INTEGER NOT NULL DEFAULT 0,
    lost      REAL NOT NULL DEFAULT 0
);

CREATE TABLE editions (
    mailing  INTEGER NOT NULL REFERENCES mailings,
    language TEXT NOT NULL,
    digest   TEXT NOT NULL,
    frozen   BLOB NOT NULL,
    words    TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (mailing, language)
);

CREATE TABLE deliveries (
    id          INTEGER PRIMARY KEY,
    mailing     INTEGER NOT NULL REFERENCES mailings,
    canonical   TEXT NOT NULL,
    address     TEXT NOT NULL,
    name        TEXT NOT NULL,
    language    TEXT NOT NULL,
    fields      TEXT NOT NULL,               -- JSON: what the merge slots are filled with
    token       TEXT NOT NULL,               -- left part of the Message-ID, and of a VERP address
    in_reply_to TEXT NOT NULL,
    state       TEXT NOT NULL DEFAULT 'q',
    due         REAL NOT NULL DEFAULT 0,     -- deferred: not before this time
    tries       INTEGER NOT NULL DEFAULT 0,  -- deferred: how often in this run
    UNIQUE (mailing, canonical)
);
CREATE INDEX deliveries_in_order ON deliveries (mailing);
CREATE INDEX deliveries_deferred ON deliveries (mailing, due) WHERE state = 'd';

CREATE TABLE states (letter TEXT PRIMARY KEY, name TEXT NOT NULL);
INSERT INTO states VALUES
    ('q', 'queued'), ('s', 'sending'), ('.', 'dot'), ('a', 'accepted'), ('r', 'rejected'),
    ('d', 'deferred'), ('u', 'uncertain'), ('b', 'bounced');

CREATE TABLE orders (
    id         INTEGER PRIMARY KEY,
    mailing    INTEGER NOT NULL REFERENCES mailings,
    kind       TEXT NOT NULL,
    given      REAL NOT NULL,
    giver      TEXT NOT NULL,
    number     INTEGER NOT NULL,
    recipients TEXT NOT NULL,
    content    TEXT NOT NULL,
    sender     TEXT NOT NULL,
    relay      TEXT NOT NULL,
    planned    REAL NOT NULL
);
CREATE INDEX orders_of ON orders (mailing);

CREATE TABLE discarded (
    orders    INTEGER NOT NULL REFERENCES orders,
    mailing   INTEGER NOT NULL REFERENCES mailings,
    canonical TEXT NOT NULL,
    address   TEXT NOT NULL,
    reply     TEXT NOT NULL
);
CREATE INDEX discarded_of ON discarded (mailing);

CREATE TABLE boots (
    boot  TEXT PRIMARY KEY,
    began REAL NOT NULL
);

CREATE TABLE pace (
    id       INTEGER PRIMARY KEY,
    at       REAL NOT NULL,
    delivery INTEGER NOT NULL
);

CREATE TABLE attempts (
    id       INTEGER PRIMARY KEY,
    delivery INTEGER NOT NULL REFERENCES deliveries,
    at       REAL NOT NULL,
    code     INTEGER NOT NULL,
    enhanced TEXT NOT NULL,
    text     TEXT NOT NULL,
    host     TEXT NOT NULL
);
CREATE INDEX attempts_of ON attempts (delivery);

CREATE TABLE soft_bounces (
    canonical TEXT NOT NULL,
    at        REAL NOT NULL,
    delivery  INTEGER NOT NULL REFERENCES deliveries,
    enhanced  TEXT NOT NULL,
    PRIMARY KEY (canonical, at)
);

CREATE TABLE answers (
    delivery  INTEGER NOT NULL REFERENCES deliveries,
    at        REAL NOT NULL,
    automatic INTEGER NOT NULL,
    PRIMARY KEY (delivery, at)
);

CREATE TABLE complaints (
    delivery INTEGER PRIMARY KEY REFERENCES deliveries,
    at       REAL NOT NULL
);

CREATE TABLE snapshots (
    id        INTEGER PRIMARY KEY,
    release   TEXT NOT NULL,
    occasion  TEXT NOT NULL,
    at        REAL NOT NULL,
    account   TEXT NOT NULL,
    by        TEXT NOT NULL,
    people    BLOB NOT NULL,
    signature TEXT NOT NULL,
    UNIQUE (release, occasion)
);
CREATE TABLE snapshot_editions (
    snapshot INTEGER NOT NULL REFERENCES snapshots,
    language TEXT NOT NULL,
    frozen   BLOB NOT NULL,
    PRIMARY KEY (snapshot, language)
);

CREATE TABLE offers (
    id      INTEGER PRIMARY KEY,
    mailing INTEGER NOT NULL REFERENCES mailings,
    release TEXT NOT NULL,
    nonce   TEXT NOT NULL UNIQUE,
    what    TEXT NOT NULL,
    made    REAL NOT NULL,
    expires REAL NOT NULL,
    state   TEXT NOT NULL DEFAULT 'offered',
    given   REAL NOT NULL DEFAULT 0,
    giver   TEXT NOT NULL DEFAULT '',
    leaves  REAL NOT NULL DEFAULT 0,
    holder  TEXT NOT NULL DEFAULT '',
    said    TEXT NOT NULL DEFAULT ''
);
CREATE INDEX offers_of ON offers (mailing);

CREATE TABLE requests (
    id      INTEGER PRIMARY KEY,
    mailing INTEGER NOT NULL REFERENCES mailings,
    kind    TEXT NOT NULL,
    at      REAL NOT NULL,
    giver   TEXT NOT NULL,
    heard   TEXT NOT NULL DEFAULT ''
);
CREATE INDEX requests_of ON requests (mailing);

CREATE TABLE mail_dealt_with (
    digest TEXT PRIMARY KEY,
    at     REAL NOT NULL
);

CREATE TABLE folders_read (
    folder   TEXT PRIMARY KEY,
    validity INTEGER,
    uid      INTEGER
);

CREATE VIEW recipients AS
    SELECT release, address, states.name AS state, token, deliveries.id AS delivery
    FROM deliveries JOIN mailings ON mailings.id = deliveries.mailing JOIN states ON letter = state;
