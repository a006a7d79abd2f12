//! The tables and how they grew. Migrations go up only: each is run once, in one transaction with its number.
//!
//! The number of migrations that a file has seen is SQLite's `user_version`. A migration that was released is never
//! edited; a change is a new one at the end. Tables are STRICT; times are RFC 3339 text in UTC; nested values are JSON.

/// Marks the file as ours (`PRAGMA application_id`): "ADO2".
pub const APPLICATION_ID: i64 = 0x4144_4F32;

/// The migrations, first to last.
pub const MIGRATIONS: &[&str] =
    &[PLAN_JOURNAL_READINGS, SESSION_EXPORTS_EVENTS, USED_PATTERNS, ACTS_AND_FORECAST];

/// The schema version of this program.
pub fn known_version() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
}

const PLAN_JOURNAL_READINGS: &str = "
CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE plan_row (
    storage_key TEXT PRIMARY KEY,
    decision TEXT NOT NULL,           -- map | invite | remove | keep | undecided
    target TEXT,                      -- of a map: object id
    address TEXT,                     -- of an invite
    needs_a_look INTEGER NOT NULL,
    note TEXT,
    decided_at TEXT,
    decided_on TEXT,                  -- outcome
    seen TEXT,                        -- JSON: person and target when it was decided
    state TEXT NOT NULL,
    error TEXT,
    attempts INTEGER NOT NULL,
    new_storage_key TEXT,
    CHECK ((decision = 'map') = (target IS NOT NULL)),
    CHECK ((decision = 'invite') = (address IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE tick (
    check_id TEXT PRIMARY KEY,
    note TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE phase_tick (
    phase TEXT PRIMARY KEY,
    note TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE confirmed_pair (
    storage_key TEXT NOT NULL,
    target TEXT NOT NULL,
    note TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (storage_key, target)
) STRICT, WITHOUT ROWID;

CREATE TABLE hazard_pair (
    storage_key TEXT NOT NULL,
    target TEXT NOT NULL,
    PRIMARY KEY (storage_key, target)
) STRICT, WITHOUT ROWID;

CREATE TABLE operator (
    kind TEXT NOT NULL CHECK (kind IN ('key', 'object')),
    id TEXT NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE journal (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    run TEXT NOT NULL,
    writer TEXT NOT NULL,             -- which connection wrote the line
    storage_key TEXT NOT NULL REFERENCES plan_row (storage_key),
    decision TEXT NOT NULL,           -- JSON
    target TEXT,
    state TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    detail TEXT NOT NULL,
    activity_id TEXT,
    new_storage_key TEXT
) STRICT;
CREATE INDEX journal_of_row ON journal (storage_key, id);
CREATE TRIGGER journal_keeps_lines BEFORE UPDATE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal_keeps_all_lines BEFORE DELETE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;

CREATE TABLE reading (
    kind TEXT NOT NULL CHECK (kind IN ('last', 'before')),
    storage_key TEXT NOT NULL,
    taken_at TEXT NOT NULL,
    reading TEXT NOT NULL,            -- JSON: org user, target, direct memberships
    PRIMARY KEY (kind, storage_key)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER before_stays_insert BEFORE INSERT ON reading
WHEN NEW.kind = 'before' AND EXISTS (SELECT 1 FROM meta WHERE key = 'switched_at')
BEGIN SELECT RAISE(ABORT, 'readings from before the switch are never replaced'); END;
CREATE TRIGGER before_stays_update BEFORE UPDATE ON reading
WHEN OLD.kind = 'before' AND EXISTS (SELECT 1 FROM meta WHERE key = 'switched_at')
BEGIN SELECT RAISE(ABORT, 'readings from before the switch are never replaced'); END;
CREATE TRIGGER before_stays_delete BEFORE DELETE ON reading
WHEN OLD.kind = 'before' AND EXISTS (SELECT 1 FROM meta WHERE key = 'switched_at')
BEGIN SELECT RAISE(ABORT, 'readings from before the switch are never replaced'); END;
";

const SESSION_EXPORTS_EVENTS: &str = "
CREATE TABLE session (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL               -- JSON
) STRICT, WITHOUT ROWID;

CREATE TABLE exported_row (
    storage_key TEXT PRIMARY KEY,
    columns TEXT NOT NULL             -- JSON object: column name, cell as written
) STRICT, WITHOUT ROWID;

CREATE TABLE event (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    kind TEXT NOT NULL,
    text TEXT NOT NULL
) STRICT;
";

const USED_PATTERNS: &str = "
CREATE TABLE used_pattern (
    id TEXT PRIMARY KEY,              -- domain:fabrikam.com>contoso.com
    at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
";

const ACTS_AND_FORECAST: &str = "
CREATE TABLE act (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    kind TEXT NOT NULL,               -- decided | taken-back | confirmed | noted | ticked | ...
    subject TEXT NOT NULL,            -- storage key, check, step, pattern, run
    decision TEXT,                    -- JSON
    outcome TEXT,                     -- that was seen when it was decided
    note TEXT,
    account TEXT,                     -- of Azure DevOps, where it had been read
    login TEXT NOT NULL               -- account of the machine, and the machine
) STRICT;
CREATE TRIGGER act_keeps_lines BEFORE UPDATE ON act
BEGIN SELECT RAISE(ABORT, 'who did what is append-only'); END;
CREATE TRIGGER act_keeps_all_lines BEFORE DELETE ON act
BEGIN SELECT RAISE(ABORT, 'who did what is append-only'); END;

CREATE TABLE forecast (
    storage_key TEXT PRIMARY KEY,
    at TEXT NOT NULL,
    found TEXT NOT NULL               -- JSON: outcome, why, best candidates
) STRICT, WITHOUT ROWID;
CREATE TRIGGER forecast_stays_insert BEFORE INSERT ON forecast
WHEN EXISTS (SELECT 1 FROM meta WHERE key = 'switched_at')
BEGIN SELECT RAISE(ABORT, 'what was found before the switch is never replaced'); END;
CREATE TRIGGER forecast_stays_update BEFORE UPDATE ON forecast
WHEN EXISTS (SELECT 1 FROM meta WHERE key = 'switched_at')
BEGIN SELECT RAISE(ABORT, 'what was found before the switch is never replaced'); END;
CREATE TRIGGER forecast_stays_delete BEFORE DELETE ON forecast
WHEN EXISTS (SELECT 1 FROM meta WHERE key = 'switched_at')
BEGIN SELECT RAISE(ABORT, 'what was found before the switch is never replaced'); END;
";
