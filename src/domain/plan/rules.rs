//! What may be decided about whom, and when.
//!
//! Everything that is refused says why and what the way out is; what is allowed but deserves a second thought is asked once
//! more, with the reasons. The rules are those of the decisions table and the safety rules: an `automatic` person takes only
//! `remove` or `keep`; one target for one person; nobody is mapped onto somebody who is active in the organization;
//! administrators are never removed; what was sent cannot be changed.

use std::collections::{BTreeMap, HashMap};

use super::address;
use super::{Decision, Plan, PlanRow, RowState};
use crate::domain::connection::ConnectionState;
use crate::domain::facts::GraphIdentity;
use crate::domain::forecast::{Forecast, Person, Situation};
use crate::domain::ids::{ObjectId, StorageKey};
use crate::domain::people::{Directory, EntitlementStatus, OrgUser, Roster};
use crate::domain::text;

mod mapping;
mod others;

/// The answer to "may I decide this?".
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judgement {
    /// Yes.
    Allowed,
    /// Yes, after asking once more for these reasons.
    AskFirst(Vec<String>),
    /// No, with the reason and the way out.
    Refused(String),
}

/// Why somebody is never removed by this program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// The operator's own account.
    Own,
    /// Owns the organization.
    Owner,
    /// A Project Collection Administrator.
    Administrator,
    /// Among the addresses that the configuration protects.
    Protected,
}

impl std::fmt::Display for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Own => "This is your own account: it is never removed.",
            Self::Owner => "This person owns the organization. Change the owner in the portal first.",
            Self::Administrator => {
                "This person is privileged (Project Collection Administrator). Take them out of that group in the portal first."
            }
            Self::Protected => {
                "This address is protected by the configuration (`review.protected`): it is never removed."
            }
        })
    }
}

impl Judgement {
    /// Whether the answer is no.
    pub fn is_refused(&self) -> bool {
        matches!(self, Self::Refused(_))
    }
}

/// Judges a decision before it is stored, knowing only what the arguments say. Where the roster and the forecast are at
/// hand, [`Rulebook`] knows more: who else is active in the organization, and whom the service maps by itself.
pub fn judge(
    decision: &Decision,
    user: &OrgUser,
    person: &Person,
    plan: &Plan,
    directory: &Directory,
    situation: &Situation,
) -> Judgement {
    Rulebook::new(plan, directory, situation).judge(decision, user, person)
}

/// Why a decision is asked once more; the kinds matter to bulk acceptance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AskKind {
    /// A guest: allowed in bulk where the pair is safe.
    Guest,
    /// Anything else: never in bulk.
    Other,
}

/// A reason to ask once more.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    pub(super) kind: AskKind,
    pub(super) words: String,
}

impl Ask {
    fn other(words: impl Into<String>) -> Self {
        Self { kind: AskKind::Other, words: words.into() }
    }
}

/// A refusal with its reason, or the reasons to ask once more.
pub(super) type Ruling = Result<Vec<Ask>, String>;

/// The rules with everything that they look at. As it is, one decision costs a walk over the plan and nothing is prepared;
/// for many decisions [`Rulebook::indexed`] prepares once what each of them looks up.
#[derive(Debug, Clone)]
pub struct Rulebook<'a> {
    plan: &'a Plan,
    directory: &'a Directory,
    situation: &'a Situation,
    roster: Option<&'a Roster>,
    forecast: Option<&'a Forecast>,
    verified_domains: Vec<String>,
    changed: BTreeMap<StorageKey, Decision>,
    index: Option<Index>,
}

/// Who is planned for whom, prepared for many decisions.
#[derive(Debug, Clone, Default)]
struct Index {
    claims: HashMap<ObjectId, Vec<StorageKey>>,
    invitations: HashMap<String, Vec<StorageKey>>,
}

impl<'a> Rulebook<'a> {
    /// The rules over this plan.
    pub fn new(plan: &'a Plan, directory: &'a Directory, situation: &'a Situation) -> Self {
        Self {
            plan,
            directory,
            situation,
            roster: None,
            forecast: None,
            verified_domains: Vec::new(),
            changed: BTreeMap::new(),
            index: None,
        }
    }

    /// The key under which the plan knows this person.
    fn planned_key<'k>(&'k self, key: &'k StorageKey) -> &'k StorageKey {
        self.plan.renamed.get(key).unwrap_or(key)
    }

    /// The plan's row about this person, whichever key is given.
    fn row(&self, key: &StorageKey) -> Option<&PlanRow> {
        self.plan.row(self.planned_key(key))
    }

    /// Whether both keys are one person's.
    fn is_same(&self, a: &StorageKey, b: &StorageKey) -> bool {
        self.planned_key(a) == self.planned_key(b)
    }

    /// Knows also who is active in the organization.
    #[must_use]
    pub fn with_roster(self, roster: &'a Roster) -> Self {
        Self { roster: Some(roster), ..self }
    }

    /// Knows also whom the service maps by itself: that target is taken.
    #[must_use]
    pub fn with_forecast(self, forecast: &'a Forecast) -> Self {
        Self { forecast: Some(forecast), ..self }
    }

    /// Knows also the tenant's verified domains: nobody of them can be invited.
    #[must_use]
    pub fn with_verified_domains(self, domains: &[String]) -> Self {
        Self { verified_domains: domains.to_vec(), ..self }
    }

    /// Judges as if these decisions were made already: an import is judged as a whole.
    #[must_use]
    pub fn with_decisions(self, decisions: &BTreeMap<StorageKey, Decision>) -> Self {
        Self { changed: decisions.clone(), index: None, ..self }
    }

    /// Prepares for many decisions. To be called last: knowing more afterwards forgets what was prepared.
    #[must_use]
    pub fn indexed(mut self) -> Self {
        let mut index = Index::default();
        for (key, decision) in self.all_decisions() {
            match decision {
                Decision::Map { target } => index.claims.entry(*target).or_default().push(key.clone()),
                Decision::Invite { address } => {
                    index.invitations.entry(address::key(address)).or_default().push(key.clone());
                }
                _ => {}
            }
        }
        self.index = Some(index);
        self
    }

    fn all_decisions(&self) -> impl Iterator<Item = (&StorageKey, &Decision)> {
        let unchanged = self.plan.rows.values().filter(|row| !self.changed.contains_key(&row.storage_key));
        unchanged.map(|row| (&row.storage_key, &row.decision)).chain(&self.changed)
    }

    /// People who are active in the organization as this tenant user.
    fn holders(&self, target: ObjectId) -> impl Iterator<Item = &'a StorageKey> {
        let found = self.roster.into_iter().flat_map(move |roster| roster.with_object(target));
        found.filter(|user| user.status != EntitlementStatus::Deleted).map(|user| &user.storage_key)
    }

    /// Whom the service maps onto this tenant user by itself.
    fn mapped_by_service(&self, target: ObjectId) -> impl Iterator<Item = &'a StorageKey> {
        let found = self.forecast.into_iter().flat_map(move |forecast| forecast.mapped_by_service(target));
        found.map(|person| &person.storage_key)
    }

    /// Whom the plan maps onto this tenant user.
    fn claimants(&self, target: ObjectId) -> Vec<&StorageKey> {
        let planned: Vec<&StorageKey> = match &self.index {
            Some(index) => index.claims.get(&target).into_iter().flatten().collect(),
            None => keys_of(
                self.all_decisions().filter_map(|(key, decision)| Some((decision.target()?, key))),
                target,
            ),
        };
        // Under a new key after the switch the person is still the one who has the target.
        planned
            .into_iter()
            .map(|key| self.plan.row(key).and_then(|row| row.new_storage_key.as_ref()).unwrap_or(key))
            .collect()
    }

    /// For whom this address is invited.
    fn inviters(&self, invited: &str) -> Vec<&StorageKey> {
        match &self.index {
            Some(index) => index.invitations.get(&address::key(invited)).into_iter().flatten().collect(),
            None => self
                .all_decisions()
                .filter(|(_, decision)| matches!(decision, Decision::Invite { address } if address::same(address, invited)))
                .map(|(key, _)| key)
                .collect(),
        }
    }

    /// An identity of the tenant that the organization knows without an entitlement; not readable counts as active. A list
    /// that could not be read at all is caught when the row is sent.
    fn hidden_holder(&self, target: ObjectId) -> Option<&GraphIdentity> {
        let mut hidden = self.situation.graph_identities.iter().flat_map(|list| list.iter());
        hidden.find(|it| it.origin_object == Some(target) && it.active != Some(false))
    }

    /// Judges a decision before it is stored.
    pub fn judge(&self, decision: &Decision, user: &OrgUser, person: &Person) -> Judgement {
        match self.rule(decision, user, person) {
            Err(reason) => Judgement::Refused(reason),
            Ok(asks) if asks.is_empty() => Judgement::Allowed,
            Ok(asks) => Judgement::AskFirst(asks.into_iter().map(|ask| ask.words).collect()),
        }
    }

    pub(super) fn rule(&self, decision: &Decision, user: &OrgUser, person: &Person) -> Ruling {
        if let Some(row) = self.row(&user.storage_key) {
            self.not_sent_yet(row, decision)?;
        }
        if !decision.is_decided() {
            return Ok(Vec::new());
        }
        if !user.storage_key.is_from_service() {
            return Err(format!(
                "{} is a row of a file without an id from Azure DevOps, so nothing can be planned for it. Read the \
                 organization with a credential, or use a file that has the ids.",
                user.storage_key
            ));
        }
        if user.is_service_identity() {
            return Err("This is a service identity, not a person: connecting does not touch it.".to_owned());
        }
        match decision {
            Decision::Undecided => Ok(Vec::new()),
            Decision::Map { target } => self.rule_map(*target, user, person),
            Decision::Invite { address } => self.rule_invite(address, user, person),
            Decision::Remove => self.rule_remove(user, person),
            Decision::Keep => self.rule_keep(user, person),
        }
    }

    /// What was sent stays: the service knows no way back.
    fn not_sent_yet(&self, row: &PlanRow, decision: &Decision) -> Result<(), String> {
        if row.decision == *decision {
            return Ok(());
        }
        match row.state {
            RowState::Verified | RowState::Applied => {
                if let (Decision::Invite { address }, Decision::Map { target }) = (&row.decision, decision)
                    && self.directory.get(*target).is_some_and(|user| address::held_by(user, address))
                {
                    return Ok(());
                }
                Err(match row.decision {
                    Decision::Map { .. } => {
                        "This mapping was sent already. The service cannot undo a mapping.".to_owned()
                    }
                    Decision::Invite { .. } => {
                        "The invitation was sent already. Only a mapping onto the guest who was invited can follow."
                            .to_owned()
                    }
                    _ => format!("`{}` was sent already and cannot be taken back here.", row.decision.name()),
                })
            }
            RowState::Sending | RowState::Unknown => Err(
                "A call was sent for this person and nobody knows yet whether it happened. Run the verification first \
                 (`ado2entra apply --verify`)."
                    .to_owned(),
            ),
            RowState::Planned | RowState::Failed | RowState::Refused | RowState::Skipped => Ok(()),
        }
    }

    /// The person's name for a sentence.
    pub(crate) fn name_of(&self, key: &StorageKey) -> String {
        self.roster
            .and_then(|roster| roster.get(key))
            .map(|user| text::named(&user.display_name, &user.principal_name))
            .or_else(|| {
                let seen = &self.row(key)?.seen.as_ref()?.person;
                Some(text::named(&seen.display_name, &seen.principal_name))
            })
            .unwrap_or_else(|| text::clean(key.as_str()).into_owned())
    }

    fn decided(&self, key: &StorageKey) -> &Decision {
        let key = self.planned_key(key);
        self.changed.get(key).unwrap_or_else(|| self.plan.decision(key))
    }

    /// The connection as the rules see it.
    fn state(&self) -> ConnectionState {
        ConnectionState::of(self.situation.backing, self.situation.destination)
    }

    /// One of the identities that this plan has seen as its own.
    fn is_operator(&self, user: &OrgUser, person: &Person) -> bool {
        self.situation.operator_keys.contains(&user.storage_key)
            || user.origin_object().is_some_and(|object| self.situation.operator_objects.contains(&object))
            || person.target.is_some_and(|target| self.situation.operator_objects.contains(&target))
    }
}

fn keys_of<'k>(
    all: impl Iterator<Item = (ObjectId, &'k StorageKey)>,
    wanted: ObjectId,
) -> Vec<&'k StorageKey> {
    all.filter(|(object, _)| *object == wanted).map(|(_, key)| key).collect()
}

#[cfg(test)]
mod tests;
