//! Who did what when. Append-only, by triggers of the schema, as the journal is.
//!
//! Whose accounts are used is kept in a temporary table of the connection, so that every write of this room can say it without
//! carrying it around: the account of the machine from the start, the account of Azure DevOps as soon as it was read.

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::Store;
use super::desk::Failure;
use super::plan::each;
use super::text::{json, maybe, parse_json, parse_time, text, time, unreadable};
use crate::domain::papers::{Act, ActKind, Author};
use crate::domain::plan::{Decision, PlanRow};
use crate::domain::{Outcome, Problem};

impl Store {
    /// From now on acts name this account of Azure DevOps.
    pub async fn signed_in_as(&self, account: String) -> Result<(), Problem> {
        if self.is_read_only() {
            return Ok(());
        }
        self.desk
            .ask("taking note of the account", move |desk| {
                desk.write(|transaction| {
                    transaction.execute("UPDATE temp.author SET account = ?1", [&account])?;
                    Ok(())
                })
            })
            .await
    }

    /// All acts, oldest first.
    pub async fn acts(&self) -> Result<Vec<Act>, Problem> {
        self.read("reading who did what", |transaction| {
            let mut acts = Vec::new();
            each(transaction, "SELECT * FROM act ORDER BY id", |row| {
                let what = "an act";
                let kind = text(row, "kind")?;
                // A later version may know more kinds.
                let Some(kind) = ActKind::parse(&kind) else { return Ok(()) };
                acts.push(Act {
                    at: parse_time(what, &text(row, "at")?)?,
                    kind,
                    subject: text(row, "subject")?,
                    decision: maybe(row, "decision")?.map(|it| parse_json(what, &it)).transpose()?,
                    outcome: maybe(row, "outcome")?
                        .map(|name| {
                            Outcome::parse(&name)
                                .ok_or_else(|| unreadable(what, &format!("`{name}` is not known")))
                        })
                        .transpose()?,
                    note: maybe(row, "note")?,
                    author: Author { account: maybe(row, "account")?, login: text(row, "login")? },
                });
                Ok(())
            })?;
            Ok(acts)
        })
        .await
    }
}

/// Makes room for whose accounts are used, in memory: on a connection that may only read too, which then says so of the file.
pub(super) fn introduce(connection: &Connection, login: &str) -> rusqlite::Result<()> {
    connection.execute_batch(
        "PRAGMA temp_store = MEMORY;
         CREATE TEMP TABLE author (account TEXT, login TEXT NOT NULL) STRICT;",
    )?;
    connection.execute("INSERT INTO temp.author (login) VALUES (?1)", [login]).map(drop)
}

/// Writes down that this was done, now.
pub(super) fn record(
    transaction: &Transaction<'_>,
    kind: ActKind,
    subject: &str,
    note: Option<&str>,
) -> Result<(), Failure> {
    put(transaction, kind, subject, None, None, note)
}

fn put(
    transaction: &Transaction<'_>,
    kind: ActKind,
    subject: &str,
    decision: Option<&Decision>,
    outcome: Option<Outcome>,
    note: Option<&str>,
) -> Result<(), Failure> {
    transaction
        .prepare_cached(
            "INSERT INTO act (at, kind, subject, decision, outcome, note, account, login)
             SELECT ?1, ?2, ?3, ?4, ?5, ?6, account, login FROM temp.author",
        )?
        .execute(params![
            time(jiff::Timestamp::now()),
            kind.name(),
            subject,
            decision.map(|it| json("the decision", it)).transpose()?,
            outcome.map(Outcome::name),
            note,
        ])?;
    Ok(())
}

/// Writes down what a person did to this row, if anybody did anything: the state of a row, and that it needs a look, are found
/// by the program. Called before the row is replaced.
pub(super) fn record_row(transaction: &Transaction<'_>, row: &PlanRow) -> Result<(), Failure> {
    let before = transaction
        .prepare_cached(
            "SELECT decision, target, address, needs_a_look, note, decided_at FROM plan_row WHERE storage_key = ?1",
        )?
        .query_row([row.storage_key.as_str()], |row| {
            Ok(Before {
                decision: row.get(0)?,
                target: row.get(1)?,
                address: row.get(2)?,
                needs_a_look: row.get(3)?,
                note: row.get(4)?,
                decided_at: row.get(5)?,
            })
        })
        .optional()?;
    let Some(kind) = before.unwrap_or_default().then(row) else { return Ok(()) };
    put(transaction, kind, row.storage_key.as_str(), Some(&row.decision), row.decided_on, row.note.as_deref())
}

/// A row as it is in the store.
struct Before {
    decision: String,
    target: Option<String>,
    address: Option<String>,
    needs_a_look: bool,
    note: Option<String>,
    decided_at: Option<String>,
}

impl Default for Before {
    fn default() -> Self {
        Self {
            decision: Decision::Undecided.name().to_owned(),
            target: None,
            address: None,
            needs_a_look: false,
            note: None,
            decided_at: None,
        }
    }
}

impl Before {
    /// What a person did, if the row becomes this one.
    fn then(&self, row: &PlanRow) -> Option<ActKind> {
        let address = match &row.decision {
            Decision::Invite { address } => Some(address.as_str()),
            _ => None,
        };
        let same = self.decision == row.decision.name()
            && self.target == row.decision.target().map(|id| id.to_string())
            && self.address.as_deref() == address;
        if !same {
            return Some(if row.decision.is_decided() { ActKind::Decided } else { ActKind::TakenBack });
        }
        if row.decision.is_decided() {
            if self.needs_a_look && !row.needs_a_look {
                return Some(ActKind::Confirmed);
            }
            if self.decided_at != row.decided_at.map(time) {
                return Some(ActKind::Decided);
            }
        }
        (self.note != row.note).then_some(ActKind::Noted)
    }
}
