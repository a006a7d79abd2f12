//! The plan in the store: rows, ticks, confirmed pairs, hazards, and what the plan remembers about itself.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::desk::Failure;
use super::text::{json, maybe, parse_json, parse_time, text, time, unreadable};
use super::{Store, acts, journal};
use crate::domain::check::{CheckId, Tick};
use crate::domain::connection::{Backing, Phase};
use crate::domain::forecast::patterns::PatternId;
use crate::domain::papers::ActKind;
use crate::domain::plan::{Decision, Pair, Plan, PlanRow, RowState};
use crate::domain::{ObjectId, Outcome, Problem, StorageKey, TenantId};

impl Store {
    /// The whole plan, as it is on the disk.
    pub async fn load_plan(&self) -> Result<Plan, Problem> {
        self.desk
            .ask("reading the plan", |desk| {
                let (plan, newest) =
                    desk.read(|transaction| Ok((load_plan(transaction)?, journal::newest(transaction)?)))?;
                desk.seen = newest;
                Ok(plan)
            })
            .await
    }

    /// Stores rows whole: all of them, or none. The answer means that they are on the disk.
    ///
    /// Refused if another process has recorded a call for one of these people since [`Store::load_plan`]: the rows given
    /// here do not know about it. Read the plan again, then decide again.
    pub async fn save_rows(&self, rows: Vec<PlanRow>) -> Result<(), Problem> {
        self.desk
            .ask("saving decisions", move |desk| {
                let (writer, seen) = (desk.writer.clone(), desk.seen);
                desk.write(|transaction| {
                    for row in &rows {
                        journal::refuse_if_moved(transaction, &row.storage_key, seen, &writer)?;
                        put_row(transaction, row)?;
                    }
                    Ok(())
                })
            })
            .await
    }

    /// The rows of which something was sent that must be read before anything is repeated.
    pub async fn open_rows(&self) -> Result<Vec<PlanRow>, Problem> {
        self.read("reading the open rows", |transaction| {
            let mut rows = load_rows(transaction)?;
            rows.retain(|row| row.state.is_open());
            Ok(rows)
        })
        .await
    }

    /// Ticks a prerequisite; an earlier tick is replaced.
    pub async fn tick(&self, check: CheckId, tick: Tick) -> Result<(), Problem> {
        self.write("ticking a check", move |transaction| {
            transaction.execute(
                "INSERT INTO tick (check_id, note, at) VALUES (?1, ?2, ?3) ON CONFLICT (check_id)
                 DO UPDATE SET note = excluded.note, at = excluded.at",
                params![check.name(), tick.note, time(tick.at)],
            )?;
            acts::record(transaction, ActKind::Ticked, check.name(), Some(&tick.note))
        })
        .await
    }

    /// Takes a tick away; says whether there was one.
    pub async fn untick(&self, check: CheckId) -> Result<bool, Problem> {
        self.write("unticking a check", move |transaction| {
            let was = transaction.execute("DELETE FROM tick WHERE check_id = ?1", [check.name()])? > 0;
            if was {
                acts::record(transaction, ActKind::Unticked, check.name(), None)?;
            }
            Ok(was)
        })
        .await
    }

    /// Ticks a step of the timeline.
    pub async fn tick_phase(&self, phase: Phase, tick: Tick) -> Result<(), Problem> {
        self.write("ticking a step", move |transaction| {
            transaction.execute(
                "INSERT INTO phase_tick (phase, note, at) VALUES (?1, ?2, ?3) ON CONFLICT (phase)
                 DO UPDATE SET note = excluded.note, at = excluded.at",
                params![phase.name(), tick.note, time(tick.at)],
            )?;
            acts::record(transaction, ActKind::StepTicked, phase.name(), Some(&tick.note))
        })
        .await
    }

    /// Takes the tick of a step away; says whether there was one.
    pub async fn untick_phase(&self, phase: Phase) -> Result<bool, Problem> {
        self.write("unticking a step", move |transaction| {
            let was = transaction.execute("DELETE FROM phase_tick WHERE phase = ?1", [phase.name()])? > 0;
            if was {
                acts::record(transaction, ActKind::StepUnticked, phase.name(), None)?;
            }
            Ok(was)
        })
        .await
    }

    /// Stores that the administrator called a pair the same person.
    pub async fn confirm(&self, pair: Pair, tick: Tick) -> Result<(), Problem> {
        self.write("confirming a pair", move |transaction| {
            transaction.execute(
                "INSERT INTO confirmed_pair (storage_key, target, note, at) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (storage_key, target) DO UPDATE SET note = excluded.note, at = excluded.at",
                params![pair.storage_key.as_str(), pair.target.to_string(), tick.note, time(tick.at)],
            )?;
            acts::record(transaction, ActKind::SamePerson, pair.storage_key.as_str(), Some(&tick.note))
        })
        .await
    }

    /// Takes such a confirmation back; says whether there was one.
    pub async fn unconfirm(&self, pair: Pair) -> Result<bool, Problem> {
        self.write("taking a confirmation back", move |transaction| {
            let gone = transaction.execute(
                "DELETE FROM confirmed_pair WHERE storage_key = ?1 AND target = ?2",
                params![pair.storage_key.as_str(), pair.target.to_string()],
            )?;
            if gone > 0 {
                acts::record(transaction, ActKind::NotSamePerson, pair.storage_key.as_str(), None)?;
            }
            Ok(gone > 0)
        })
        .await
    }

    /// Stores that the administrator uses a pattern as evidence.
    pub async fn use_pattern(&self, pattern: PatternId, at: Timestamp) -> Result<(), Problem> {
        self.write("using a pattern", move |transaction| {
            transaction.execute(
                "INSERT INTO used_pattern (id, at) VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET at = excluded.at",
                params![pattern.to_string(), time(at)],
            )?;
            acts::record(transaction, ActKind::PatternUsed, &pattern.to_string(), None)
        })
        .await
    }

    /// Stores that a pattern is not used any more; says whether it was.
    pub async fn drop_pattern(&self, pattern: PatternId) -> Result<bool, Problem> {
        self.write("dropping a pattern", move |transaction| {
            let id = pattern.to_string();
            let was = transaction.execute("DELETE FROM used_pattern WHERE id = ?1", [&id])? > 0;
            if was {
                acts::record(transaction, ActKind::PatternDropped, &id, None)?;
            }
            Ok(was)
        })
        .await
    }

    /// Adds hazard pairs that a reading found. They are never taken away: after the switch they tell who went wrong.
    pub async fn add_hazards(&self, pairs: BTreeSet<Pair>) -> Result<(), Problem> {
        self.write("storing hazards", move |transaction| {
            let mut insert = transaction
                .prepare_cached("INSERT OR IGNORE INTO hazard_pair (storage_key, target) VALUES (?1, ?2)")?;
            for pair in &pairs {
                insert.execute(params![pair.storage_key.as_str(), pair.target.to_string()])?;
            }
            Ok(())
        })
        .await
    }

    /// Stores what backed the organization when the plan was first made. Only the first call counts; the answer is what is
    /// stored.
    pub async fn set_first_backing(&self, backing: Backing) -> Result<Backing, Problem> {
        self.write("storing what backs the organization", move |transaction| {
            transaction.execute(
                "INSERT OR IGNORE INTO meta (key, value) VALUES ('first_backing', ?1)",
                [json("the first backing", &backing)?],
            )?;
            Ok(get_meta_json(transaction, "first_backing")?.unwrap_or(backing))
        })
        .await
    }

    /// Stores the tenant that backs the organization, as seen by the latest reading before a switch.
    pub async fn set_previous_backing(&self, tenant: TenantId) -> Result<(), Problem> {
        self.write("storing what backs the organization", move |transaction| {
            put_meta(transaction, "previous_backing", &json("the previous backing", &tenant)?)
        })
        .await
    }

    /// Stores an identity that this plan has seen as its own operator. Earlier ones stay.
    pub async fn add_operator(
        &self,
        key: Option<StorageKey>,
        object: Option<ObjectId>,
    ) -> Result<(), Problem> {
        self.write("storing who you are", move |transaction| {
            let key = key.map(|key| ("key", key.to_string()));
            let object = object.map(|object| ("object", object.to_string()));
            for (kind, id) in key.into_iter().chain(object) {
                transaction
                    .execute("INSERT OR IGNORE INTO operator (kind, id) VALUES (?1, ?2)", [kind, &id])?;
            }
            Ok(())
        })
        .await
    }

    /// Stores the owner's address that the administrator named.
    pub async fn set_owner(&self, address: String) -> Result<(), Problem> {
        self.write("storing the owner", move |transaction| {
            put_meta(transaction, "owner_told", &address)?;
            acts::record(transaction, ActKind::OwnerNamed, &address, None)
        })
        .await
    }

    /// Stores that a person is found under a new key since the switch.
    pub async fn remember_key_change(&self, old: StorageKey, new: StorageKey) -> Result<(), Problem> {
        self.write("storing a changed key", move |transaction| {
            ensure_row(transaction, &old, &Decision::Undecided)?;
            transaction.execute(
                "UPDATE plan_row SET new_storage_key = ?2 WHERE storage_key = ?1",
                [old.as_str(), new.as_str()],
            )?;
            Ok(())
        })
        .await
    }
}

pub(super) fn get_meta(transaction: &Transaction<'_>, key: &str) -> Result<Option<String>, Failure> {
    Ok(transaction.query_row("SELECT value FROM meta WHERE key = ?1", [key], |row| row.get(0)).optional()?)
}

fn get_meta_json<T: serde::de::DeserializeOwned>(
    transaction: &Transaction<'_>,
    key: &str,
) -> Result<Option<T>, Failure> {
    get_meta(transaction, key)?.map(|value| parse_json(key, &value)).transpose()
}

pub(super) fn put_meta(transaction: &Transaction<'_>, key: &str, value: &str) -> Result<(), Failure> {
    transaction.execute(
        "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        [key, value],
    )?;
    Ok(())
}

/// Makes a row with this decision for this person if there is none.
pub(super) fn ensure_row(
    transaction: &Transaction<'_>,
    key: &StorageKey,
    decision: &Decision,
) -> Result<(), Failure> {
    let known = transaction
        .query_row("SELECT 1 FROM plan_row WHERE storage_key = ?1", [key.as_str()], |_| Ok(()))
        .optional()?;
    match known {
        Some(()) => Ok(()),
        None => {
            put_row(transaction, &PlanRow { decision: decision.clone(), ..PlanRow::undecided(key.clone()) })
        }
    }
}

pub(super) fn put_row(transaction: &Transaction<'_>, row: &PlanRow) -> Result<(), Failure> {
    if !row.storage_key.is_from_service() {
        return Err(Failure::Refused {
            said: format!("{} is the number of a row in a file, not a storage key", row.storage_key),
            remedy: "Read the people from the service, then decide.".to_owned(),
        });
    }
    let address = match &row.decision {
        Decision::Invite { address } => Some(address.as_str()),
        _ => None,
    };
    let seen = row.seen.as_ref().map(|seen| json("what was seen", seen)).transpose()?;
    acts::record_row(transaction, row)?;
    // An update in place and not a REPLACE: the journal refers to the row.
    transaction
        .prepare_cached(
            "INSERT INTO plan_row (storage_key, decision, target, address, needs_a_look, note, decided_at, decided_on,
                seen, state, error, attempts, new_storage_key)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
             ON CONFLICT (storage_key) DO UPDATE SET decision = excluded.decision, target = excluded.target,
                address = excluded.address, needs_a_look = excluded.needs_a_look, note = excluded.note,
                decided_at = excluded.decided_at, decided_on = excluded.decided_on, seen = excluded.seen,
                state = excluded.state, error = excluded.error, attempts = excluded.attempts,
                new_storage_key = excluded.new_storage_key",
        )?
        .execute(params![
            row.storage_key.as_str(),
            row.decision.name(),
            row.decision.target().map(|target| target.to_string()),
            address,
            row.needs_a_look,
            row.note,
            row.decided_at.map(time),
            row.decided_on.map(Outcome::name),
            seen,
            row.state.name(),
            row.error,
            row.attempts,
            row.new_storage_key.as_ref().map(StorageKey::as_str),
        ])?;
    Ok(())
}

fn read_row(row: &Row<'_>) -> Result<PlanRow, Failure> {
    let storage_key = StorageKey::new(&text(row, "storage_key")?);
    let what = format!("the row of {storage_key}");
    let bad = |value: &str| unreadable(&what, &format!("`{value}` is not known"));
    let decision = match text(row, "decision")?.as_str() {
        "undecided" => Decision::Undecided,
        "remove" => Decision::Remove,
        "keep" => Decision::Keep,
        "map" => Decision::Map { target: parse_object(&what, &text(row, "target")?)? },
        "invite" => Decision::Invite { address: text(row, "address")? },
        other => return Err(bad(other)),
    };
    let state = text(row, "state")?;
    let decided_on =
        maybe(row, "decided_on")?.map(|name| Outcome::parse(&name).ok_or_else(|| bad(&name))).transpose()?;
    Ok(PlanRow {
        decision,
        needs_a_look: row.get("needs_a_look")?,
        note: maybe(row, "note")?,
        decided_at: maybe(row, "decided_at")?.map(|at| parse_time(&what, &at)).transpose()?,
        decided_on,
        seen: maybe(row, "seen")?.map(|seen| parse_json(&what, &seen)).transpose()?.map(Arc::new),
        state: RowState::parse(&state).ok_or_else(|| bad(&state))?,
        error: maybe(row, "error")?,
        attempts: row.get("attempts")?,
        new_storage_key: maybe(row, "new_storage_key")?.map(|key| StorageKey::new(&key)),
        storage_key,
    })
}

pub(super) fn parse_object(what: &str, id: &str) -> Result<ObjectId, Failure> {
    id.parse().map_err(|error: crate::domain::ids::NotAnId| unreadable(what, &error))
}

fn load_rows(transaction: &Transaction<'_>) -> Result<Vec<PlanRow>, Failure> {
    let mut statement = transaction.prepare("SELECT * FROM plan_row ORDER BY storage_key")?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read_row(row)?);
    }
    Ok(found)
}

fn load_plan(transaction: &Transaction<'_>) -> Result<Plan, Failure> {
    let mut plan = Plan {
        first_backing: get_meta_json(transaction, "first_backing")?,
        previous_backing: get_meta_json(transaction, "previous_backing")?,
        owner_told: get_meta(transaction, "owner_told")?,
        ..Plan::default()
    };
    for row in load_rows(transaction)? {
        plan.put(row);
    }
    let read_tick = |row: &Row<'_>| -> Result<Tick, Failure> {
        Ok(Tick { note: text(row, "note")?, at: parse_time("a tick", &text(row, "at")?)? })
    };
    let read_pair = |row: &Row<'_>| -> Result<Pair, Failure> {
        Ok(Pair {
            storage_key: StorageKey::new(&text(row, "storage_key")?),
            target: parse_object("a pair", &text(row, "target")?)?,
        })
    };
    each(transaction, "SELECT * FROM tick", |row| {
        // A check that a later version dropped has nothing to tick any more.
        if let Some(check) = CheckId::parse(&text(row, "check_id")?) {
            plan.ticks.insert(check, read_tick(row)?);
        }
        Ok(())
    })?;
    each(transaction, "SELECT * FROM phase_tick", |row| {
        let name = text(row, "phase")?;
        if let Some(phase) = Phase::ALL.into_iter().find(|phase| phase.name() == name) {
            plan.phase_ticks.insert(phase, read_tick(row)?);
        }
        Ok(())
    })?;
    each(transaction, "SELECT * FROM confirmed_pair", |row| {
        plan.confirmed.insert(read_pair(row)?, read_tick(row)?);
        Ok(())
    })?;
    each(transaction, "SELECT * FROM used_pattern", |row| {
        // A pattern of a kind that a later version dropped explains nobody any more.
        if let Ok(pattern) = text(row, "id")?.parse::<PatternId>() {
            plan.patterns.insert(pattern, parse_time("a pattern", &text(row, "at")?)?);
        }
        Ok(())
    })?;
    each(transaction, "SELECT * FROM hazard_pair", |row| {
        plan.hazards.insert(read_pair(row)?);
        Ok(())
    })?;
    each(transaction, "SELECT * FROM operator", |row| {
        let id = text(row, "id")?;
        if text(row, "kind")? == "key" {
            plan.operator_keys.insert(StorageKey::new(&id));
        } else {
            plan.operator_objects.insert(parse_object("an operator", &id)?);
        }
        Ok(())
    })?;
    Ok(plan)
}

/// Runs `take` for every row of a query.
pub(super) fn each(
    transaction: &Transaction<'_>,
    sql: &str,
    mut take: impl FnMut(&Row<'_>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut statement = transaction.prepare(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        take(row)?;
    }
    Ok(())
}
