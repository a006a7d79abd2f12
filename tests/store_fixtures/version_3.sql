-- A store of schema version 3 as that version wrote it. Never edited: stores like it may be out there.
PRAGMA foreign_keys = OFF;
PRAGMA application_id = 0x41444F32;
PRAGMA user_version = 3;
BEGIN TRANSACTION;
CREATE TABLE confirmed_pair (
    storage_key TEXT NOT NULL,
    target TEXT NOT NULL,
    note TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (storage_key, target)
) STRICT, WITHOUT ROWID;
INSERT INTO "confirmed_pair" VALUES('5be4be9e-0000-4000-8000-000000000001','0f0e0d0c-0000-4000-8000-000000000001','married','2026-03-01T09:40:00Z');
CREATE TABLE event (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    kind TEXT NOT NULL,
    text TEXT NOT NULL
) STRICT;
INSERT INTO "event" VALUES(1,'2026-03-01T11:00:01Z','apply','1 verified');
CREATE TABLE exported_row (
    storage_key TEXT PRIMARY KEY,
    columns TEXT NOT NULL             -- JSON object: column name, cell as written
) STRICT, WITHOUT ROWID;
INSERT INTO "exported_row" VALUES('5be4be9e-0000-4000-8000-000000000001','{"decision":"map"}');
CREATE TABLE hazard_pair (
    storage_key TEXT NOT NULL,
    target TEXT NOT NULL,
    PRIMARY KEY (storage_key, target)
) STRICT, WITHOUT ROWID;
INSERT INTO "hazard_pair" VALUES('5be4be9e-0000-4000-8000-000000000002','0f0e0d0c-0000-4000-8000-000000000001');
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
INSERT INTO "journal" VALUES(1,'2026-03-01T11:00:00Z','run-1','1-0','5be4be9e-0000-4000-8000-000000000001','{"kind":"map","target":"0f0e0d0c-0000-4000-8000-000000000001"}','0f0e0d0c-0000-4000-8000-000000000001','sending',1,'PATCH',NULL,NULL);
INSERT INTO "journal" VALUES(2,'2026-03-01T11:00:00Z','run-1','1-0','5be4be9e-0000-4000-8000-000000000001','{"kind":"map","target":"0f0e0d0c-0000-4000-8000-000000000001"}','0f0e0d0c-0000-4000-8000-000000000001','applied',1,'the service took it',NULL,NULL);
INSERT INTO "journal" VALUES(3,'2026-03-01T11:00:00Z','run-1','1-0','5be4be9e-0000-4000-8000-000000000001','{"kind":"map","target":"0f0e0d0c-0000-4000-8000-000000000001"}','0f0e0d0c-0000-4000-8000-000000000001','verified',1,'read back',NULL,NULL);
CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "meta" VALUES('first_backing','"microsoft-accounts"');
INSERT INTO "meta" VALUES('owner_told','owner@fabrikam.example');
INSERT INTO "meta" VALUES('previous_backing','"00000000-0000-4000-8000-000000000002"');
INSERT INTO "meta" VALUES('whose','fabrikam, 00000000-0000-4000-8000-000000000001');
CREATE TABLE operator (
    kind TEXT NOT NULL CHECK (kind IN ('key', 'object')),
    id TEXT NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
INSERT INTO "operator" VALUES('key','5be4be9e-0000-4000-8000-000000000001');
INSERT INTO "operator" VALUES('object','0f0e0d0c-0000-4000-8000-000000000001');
CREATE TABLE phase_tick (
    phase TEXT PRIMARY KEY,
    note TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "phase_tick" VALUES('prepare','all done','2026-03-01T09:30:00Z');
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
INSERT INTO "plan_row" VALUES('5be4be9e-0000-4000-8000-000000000001','map','0f0e0d0c-0000-4000-8000-000000000001',NULL,0,'is the same','2026-03-01T10:00:00Z','safe','{"person":{"display_name":"Rana Okafor","principal_name":"rana@fabrikam.example","mail":null,"origin":"msa","origin_id":null},"target":{"display_name":"Rana Okafor","user_principal_name":"rana@contoso.example","mail":"rana@contoso.example","enabled":true,"pending":false}}','verified',NULL,1,NULL);
INSERT INTO "plan_row" VALUES('5be4be9e-0000-4000-8000-000000000002','invite',NULL,'li@fabrikam.example',1,NULL,'2026-03-01T10:01:00.123456789Z','missing',NULL,'failed','Graph said no',2,NULL);
CREATE TABLE reading (
    kind TEXT NOT NULL CHECK (kind IN ('last', 'before')),
    storage_key TEXT NOT NULL,
    taken_at TEXT NOT NULL,
    reading TEXT NOT NULL,            -- JSON: org user, target, direct memberships
    PRIMARY KEY (kind, storage_key)
) STRICT, WITHOUT ROWID;
CREATE TABLE session (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL               -- JSON
) STRICT, WITHOUT ROWID;
INSERT INTO "session" VALUES('dashboard','{"tab":"mapping"}');
CREATE TABLE tick (
    check_id TEXT PRIMARY KEY,
    note TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "tick" VALUES('users-informed','sent by mail','2026-03-01T09:00:00Z');
CREATE TABLE used_pattern (
    id TEXT PRIMARY KEY,              -- domain:fabrikam.com>contoso.com
    at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "used_pattern" VALUES('domain:fabrikam.example>contoso.example','2026-03-01T09:50:00Z');
CREATE INDEX journal_of_row ON journal (storage_key, id);
CREATE TRIGGER journal_keeps_lines BEFORE UPDATE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal_keeps_all_lines BEFORE DELETE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER before_stays_insert BEFORE INSERT ON reading
WHEN NEW.kind = 'before' AND EXISTS (SELECT 1 FROM meta WHERE key = 'switched_at')
BEGIN SELECT RAISE(ABORT, 'readings from before the switch are never replaced'); END;
CREATE TRIGGER before_stays_update BEFORE UPDATE ON reading
WHEN OLD.kind = 'before' AND EXISTS (SELECT 1 FROM meta WHERE key = 'switched_at')
BEGIN SELECT RAISE(ABORT, 'readings from before the switch are never replaced'); END;
CREATE TRIGGER before_stays_delete BEFORE DELETE ON reading
WHEN OLD.kind = 'before' AND EXISTS (SELECT 1 FROM meta WHERE key = 'switched_at')
BEGIN SELECT RAISE(ABORT, 'readings from before the switch are never replaced'); END;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('journal',3);
INSERT INTO "sqlite_sequence" VALUES('event',1);
COMMIT;
