-- What was sent, to whom, by whose word, and what became of it. docs/decisions/ledger.md says why it is so.
-- What older versions made is brought here by migrations.py, which also says which version this is.

-- One release as it goes out. `boot` is the boot of the machine during which its claims were made. `ready`: its first
-- order is complete; until then nobody but its writer sees it. `planned`: nothing leaves before (seconds since 1970);
-- `zone`: the office's, in which moments are shown. `day`: the release's date, so that it is the same on the next one.
-- `holder`: who may claim and send, a token and what it is called (hold.py). `sequence`: grows with every step of a
-- sending; witness.py keeps it outside this file. `lost`: when a person said that this file does not know everybody who
-- was mailed (seconds since 1970); 0: it does.
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

-- The frozen message of each language. `digest` tells whether the release was changed since; `words` whether another
-- release says the same.
CREATE TABLE editions (
    mailing  INTEGER NOT NULL REFERENCES mailings,
    language TEXT NOT NULL,
    digest   TEXT NOT NULL,
    frozen   BLOB NOT NULL,
    words    TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (mailing, language)
);

-- One recipient of one mailing. `state` is one letter, so that a change of state never moves a row. 'w': being written
-- by an order that is not complete; nobody but its writer sees it.
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

-- What a person, or a script in their name, has said: send this to so many (`send`, `resume`), or take it back
-- (`discard`); and what `mailer post` did about it (`post`, `stop`). `number` was typed, and is everything that the order
-- lets leave; `recipients` is a digest of their addresses, `content` one of the editions.
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

-- Whom a `discard` took off the queue. They are newcomers again.
CREATE TABLE discarded (
    orders    INTEGER NOT NULL REFERENCES orders,
    mailing   INTEGER NOT NULL REFERENCES mailings,
    canonical TEXT NOT NULL,
    address   TEXT NOT NULL,
    reply     TEXT NOT NULL
);
CREATE INDEX discarded_of ON discarded (mailing);

-- A clock that nobody sets (clock.py), one a boot of the machine: `began` is what the wall clock would have said, in
-- seconds since 1970, when the clock of this boot stood at 0.
CREATE TABLE boots (
    boot  TEXT PRIMARY KEY,
    began REAL NOT NULL
);

-- When messages began to leave under a rate, of every mailing: all who send from here keep one pace.
CREATE TABLE pace (
    id       INTEGER PRIMARY KEY,
    at       REAL NOT NULL,
    delivery INTEGER NOT NULL
);

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

-- What people have answered, and what programs have in their name: when, and that they did. Nothing of what they say.
CREATE TABLE answers (
    delivery  INTEGER NOT NULL REFERENCES deliveries,
    at        REAL NOT NULL,
    automatic INTEGER NOT NULL,
    PRIMARY KEY (delivery, at)
);

-- Who reported a mail of ours as spam, and when: its recipient, as far as that is proven. Once a mail, however often.
CREATE TABLE complaints (
    delivery INTEGER PRIMARY KEY REFERENCES deliveries,
    at       REAL NOT NULL
);

-- A release as it was when somebody put their name to it: the newest approval. `people`: keyed digests
-- of each recipient's address, and of what is theirs alone. `signature`: with SECRET_KEY, over all that an approval says.
-- `position`: where a language stands in the release.
CREATE TABLE approvals (
    id        INTEGER PRIMARY KEY,
    release   TEXT NOT NULL UNIQUE,
    at        REAL NOT NULL,
    account   TEXT NOT NULL,
    by        TEXT NOT NULL,
    people    BLOB NOT NULL,
    signature TEXT NOT NULL
);
CREATE TABLE approval_editions (
    approval INTEGER NOT NULL REFERENCES approvals,
    position INTEGER NOT NULL,
    language TEXT NOT NULL,
    frozen   BLOB NOT NULL,
    PRIMARY KEY (approval, language)
);

-- What a page has shown to somebody for them to say yes to: `what` (JSON) would leave, of this mailing, which may not be
-- ready. `nonce`: a hash of what the page posts, good until `expires` and once. `state`: 'offered'; 'given', somebody has
-- said yes, as `giver` at `given`, and nothing of it leaves before `leaves` (seconds since 1970); 'begun', a sender has
-- taken it in hand, whose token is `holder`; 'sending', its people are queued; 'done', 'failed' and 'withdrawn' are its
-- ends, of which `said` tells.
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

-- What somebody asks of whoever sends a mailing: 'pause', 'go on', 'stop'. The last one holds. `heard`: by which holder of
-- the mailing; '': by nobody.
CREATE TABLE requests (
    id      INTEGER PRIMARY KEY,
    mailing INTEGER NOT NULL REFERENCES mailings,
    kind    TEXT NOT NULL,
    at      REAL NOT NULL,
    giver   TEXT NOT NULL,
    heard   TEXT NOT NULL DEFAULT ''
);
CREATE INDEX requests_of ON requests (mailing);

-- Mails that came back, and events of providers, that were dealt with: hashes, nothing of what they say.
CREATE TABLE mail_dealt_with (
    digest TEXT PRIMARY KEY,
    at     REAL NOT NULL
);

-- How far an IMAP folder was read: the highest UID of a UIDVALIDITY (RFC 9051 §2.3.1.1).
CREATE TABLE folders_read (
    folder   TEXT PRIMARY KEY,
    validity INTEGER,
    uid      INTEGER
);

-- The computer that may write here (machine.py): a hash of its id, what it is called, since when. One row at most; none:
-- nobody has written yet.
CREATE TABLE machine (
    id    TEXT PRIMARY KEY,
    name  TEXT NOT NULL,
    since REAL NOT NULL
);

-- Where all of this was moved, if it was: this file is used no more (moving.py).
CREATE TABLE moved (
    destination TEXT NOT NULL,
    at          REAL NOT NULL
);

-- For reading with any SQLite tool.
CREATE VIEW recipients AS
    SELECT release, address, states.name AS state, token, deliveries.id AS delivery
    FROM deliveries JOIN mailings ON mailings.id = deliveries.mailing JOIN states ON letter = state;
