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
use crate::domain::forecast::{Forecast, Person, Situation};
use crate::domain::ids::{ObjectId, StorageKey};
use crate::domain::outcome::Outcome;
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

/// Somebody who is active in the organization under an identity of the tenant.
#[derive(Debug, Clone)]
struct Holder {
    /// `None` for an identity without an entitlement.
    key: Option<StorageKey>,
    /// Name and address, cleaned.
    name: String,
}

/// The rules with everything that they look at, indexed once: for one decision and for a hundred thousand.
#[derive(Debug, Clone)]
pub struct Rulebook<'a> {
    plan: &'a Plan,
    directory: &'a Directory,
    situation: &'a Situation,
    holders: HashMap<ObjectId, Vec<Holder>>,
    by_service: HashMap<ObjectId, Vec<StorageKey>>,
    decisions: BTreeMap<StorageKey, Decision>,
    claims: HashMap<ObjectId, Vec<StorageKey>>,
    invitations: HashMap<String, Vec<StorageKey>>,
    verified_domains: Vec<String>,
    names: HashMap<StorageKey, String>,
}

impl<'a> Rulebook<'a> {
    /// The rules over this plan.
    pub fn new(plan: &'a Plan, directory: &'a Directory, situation: &'a Situation) -> Self {
        let mut book = Self {
            plan,
            directory,
            situation,
            holders: HashMap::new(),
            by_service: HashMap::new(),
            decisions: BTreeMap::new(),
            claims: HashMap::new(),
            invitations: HashMap::new(),
            verified_domains: Vec::new(),
            names: HashMap::new(),
        };
        // Not readable counts as active; a list that could not be read at all is caught when the row is sent.
        for hidden in situation.graph_identities.iter().flat_map(|list| list.iter()) {
            if let (Some(object), true) = (hidden.origin_object, hidden.active != Some(false)) {
                let name = text::named(&hidden.display_name, &hidden.principal_name);
                book.holders.entry(object).or_default().push(Holder { key: None, name });
            }
        }
        book.index(&BTreeMap::new());
        book
    }

    /// Knows also who is active in the organization.
    #[must_use]
    pub fn with_roster(mut self, roster: &Roster) -> Self {
        for user in roster.people().iter().chain(roster.services()) {
            let name = text::named(&user.display_name, &user.principal_name);
            if let Some(object) = user.origin_object()
                && user.status != EntitlementStatus::Deleted
            {
                let holder = Holder { key: Some(user.storage_key.clone()), name: name.clone() };
                self.holders.entry(object).or_default().push(holder);
            }
            self.names.insert(user.storage_key.clone(), name);
        }
        self
    }

    /// Knows also whom the service maps by itself: that target is taken.
    #[must_use]
    pub fn with_forecast(mut self, forecast: &Forecast) -> Self {
        for person in forecast.people() {
            if let (Outcome::Automatic | Outcome::Hazard, Some(target)) = (person.outcome, person.target) {
                self.by_service.entry(target).or_default().push(person.storage_key.clone());
            }
        }
        self
    }

    /// Knows also the tenant's verified domains: nobody of them can be invited.
    #[must_use]
    pub fn with_verified_domains(mut self, domains: &[String]) -> Self {
        self.verified_domains = domains.to_vec();
        self
    }

    /// Judges as if these decisions were made already: an import is judged as a whole.
    #[must_use]
    pub fn with_decisions(mut self, decisions: &BTreeMap<StorageKey, Decision>) -> Self {
        self.index(decisions);
        self
    }

    fn index(&mut self, changed: &BTreeMap<StorageKey, Decision>) {
        self.decisions = self
            .plan
            .rows
            .values()
            .map(|row| (row.storage_key.clone(), row.decision.clone()))
            .chain(changed.iter().map(|(key, decision)| (key.clone(), decision.clone())))
            .collect();
        self.claims.clear();
        self.invitations.clear();
        for (key, decision) in &self.decisions {
            match decision {
                Decision::Map { target } => self.claims.entry(*target).or_default().push(key.clone()),
                Decision::Invite { address } => {
                    self.invitations.entry(address::key(address)).or_default().push(key.clone());
                }
                _ => {}
            }
        }
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
        if let Some(row) = self.plan.row(&user.storage_key) {
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
    fn name_of(&self, key: &StorageKey) -> String {
        self.names
            .get(key)
            .cloned()
            .or_else(|| {
                let seen = &self.plan.row(key)?.seen.as_ref()?.person;
                Some(text::named(&seen.display_name, &seen.principal_name))
            })
            .unwrap_or_else(|| text::clean(key.as_str()).into_owned())
    }

    fn decided(&self, key: &StorageKey) -> &Decision {
        self.decisions.get(key).unwrap_or(&Decision::Undecided)
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

#[cfg(test)]
mod tests;
