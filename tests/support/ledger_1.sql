-- What was sent, to whom, and what became of it. Written by ledger.py and claims.py; docs/decisions/ledger.md says why.


-- One release as it goes out. `boot` is the boot of the machine during which its claims were made.
CREATE TABLE mailings (
    id        INTEGER PRIMARY KEY,
    release   TEXT NOT NULL UNIQUE,
    kind      TEXT NOT NULL,
    subject   TEXT NOT NULL,
    mail_from TEXT NOT NULL,
    domain    TEXT NOT NULL,
    follows   TEXT NOT NULL,
    created   REAL NOT NULL,
    boot      TEXT NOT NULL DEFAULT ''
);

-- The frozen message of each language. `digest` tells whether the release was changed since.
CREATE TABLE editions (
    mailing  INTEGER NOT NULL REFERENCES mailings,
    language TEXT NOT NULL,
    digest   TEXT NOT NULL,
    frozen   BLOB NOT NULL,
    PRIMARY KEY (mailing, language)
);

-- One recipient of one mailing. `state` is one letter, so that a change of state never moves a row.
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

-- Every answer of a server, or the lack of one (code 0).
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

-- Bounces that may pass (a full mailbox): three of them over 14 days make an address one to suppress.
CREATE TABLE soft_bounces (
    canonical TEXT NOT NULL,
    at        REAL NOT NULL,
    delivery  INTEGER NOT NULL REFERENCES deliveries,
    enhanced  TEXT NOT NULL,
    PRIMARY KEY (canonical, at)
);

-- For reading with any SQLite tool.
CREATE VIEW recipients AS
    SELECT release, address, states.name AS state, token, deliveries.id AS delivery
    FROM deliveries JOIN mailings ON mailings.id = deliveries.mailing JOIN states ON letter = state;
