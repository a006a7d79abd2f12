//! The rules for `map`: the person, then the target, then what deserves a second thought.

use super::{Ask, AskKind, Rulebook, Ruling};
use crate::domain::candidate::WarningKind;
use crate::domain::connection::ConnectionState;
use crate::domain::forecast::Person;
use crate::domain::ids::{ObjectId, StorageKey};
use crate::domain::outcome::Outcome;
use crate::domain::people::{OrgUser, TenantUser, UserType};
use crate::domain::plan::{Decision, address};
use crate::domain::text;

impl Rulebook<'_> {
    pub(super) fn rule_map(&self, target: ObjectId, user: &OrgUser, person: &Person) -> Ruling {
        self.may_be_mapped(user, person)?;
        let Some(found) = self.directory.get(target) else {
            return Err(format!(
                "{target} is not among the users of the tenant that were read. Read again (r in the dashboard), or choose somebody else."
            ));
        };
        self.may_be_target(found, user)?;
        Ok(self.second_thoughts(found, user, person))
    }

    /// Whether this person takes a mapping or an invitation at all.
    pub(super) fn may_be_mapped(&self, _user: &OrgUser, person: &Person) -> Result<(), String> {
        match person.outcome {
            Outcome::Connected => Err("Is connected already: there is nothing to map.".to_owned()),
            Outcome::Automatic => Err(
                "The service maps this person by itself on connecting, so only remove or keep can be decided."
                    .to_owned(),
            ),
            Outcome::Hazard if self.state() == ConnectionState::Connected => Err(
                "The service has mapped this person to somebody else already, and a mapping cannot be undone. Open a \
                 Support case with the activity ids of the log."
                    .to_owned(),
            ),
            Outcome::Hazard => Err(
                "The service will map this person by itself, and no decision can stop it. Remove the person, have the \
                 sign-in name changed in the tenant, or confirm that it is the same person (= in Mapping)."
                    .to_owned(),
            ),
            _ => Ok(()),
        }
    }

    /// Whether this tenant user may be anybody's target, and this person's.
    pub(crate) fn may_be_target(&self, target: &TenantUser, user: &OrgUser) -> Result<(), String> {
        let name = text::named(target.display_name(), target.user_principal_name());
        if target.deleted {
            return Err(format!(
                "{name} is deleted in the tenant. Have the account restored, or choose another."
            ));
        }
        if target.enabled == Some(false) {
            return Err(format!(
                "{name} is disabled in the tenant. Have the account enabled, or choose another."
            ));
        }
        if target.pending {
            let own = self.row(&user.storage_key).is_some_and(|row| match &row.decision {
                Decision::Invite { address } => address::held_by(target, address),
                Decision::Map { target: planned } => *planned == target.id,
                _ => false,
            });
            if !own {
                return Err(format!(
                    "{name} was invited and has not accepted yet, and not by this person's row. Wait for the guest to \
                     accept, or decide `invite` with that address."
                ));
            }
        }
        if let Some(other) =
            self.claimants(target.id).into_iter().find(|key| !self.is_same(key, &user.storage_key))
        {
            return Err(format!(
                "{name} is planned for {} already: one target for one person. Take that decision back first.",
                self.name_of(other)
            ));
        }
        let mut taken = self.mapped_by_service(target.id);
        if let Some(other) =
            taken.find(|key| !self.is_same(key, &user.storage_key) && *self.decided(key) != Decision::Remove)
        {
            return Err(format!(
                "The service maps {} onto {name} by itself on connecting. Remove that person first, or choose \
                 somebody else.",
                self.name_of(other)
            ));
        }
        self.may_be_inactive(target, user, &name)
    }

    /// A target that is active in the organization is refused, unless that second identity is decided `remove`.
    fn may_be_inactive(&self, target: &TenantUser, user: &OrgUser, name: &str) -> Result<(), String> {
        for key in self.holders(target.id) {
            if self.is_same(key, &user.storage_key) {
                return Err(format!("This person is {name} already: there is nothing to map."));
            }
            if *self.decided(key) != Decision::Remove {
                return Err(format!(
                    "{name} is in the organization already, as {}, and nobody can be mapped onto an active identity. \
                     Decide `remove` for that second identity first; then this mapping can be planned.",
                    self.name_of(key)
                ));
            }
        }
        self.hidden_holder(target.id).map_or(Ok(()), |hidden| {
            Err(format!(
                "{name} is known to the organization already, without access of their own ({}). Remove that identity in the \
                 portal and read again, or choose somebody else.",
                text::named(&hidden.display_name, &hidden.principal_name)
            ))
        })
    }

    /// The second identity that holds this target and is decided `remove`: the map waits until it is gone.
    pub(crate) fn removed_first(&self, target: ObjectId) -> Option<&StorageKey> {
        let waits = |key: &&StorageKey| *self.decided(key) == Decision::Remove;
        self.holders(target).find(waits)
    }

    fn second_thoughts(&self, target: &TenantUser, user: &OrgUser, person: &Person) -> Vec<Ask> {
        let mut asks = Vec::new();
        let name = text::named(target.display_name(), target.user_principal_name());
        let candidate = person.candidates.iter().find(|candidate| candidate.object_id == target.id);
        let invited = self.row(&user.storage_key).is_some_and(|row| match &row.decision {
            Decision::Invite { address } => address::held_by(target, address),
            _ => false,
        });
        match candidate {
            None if !invited => asks.push(Ask::other(format!(
                "Nothing that was read speaks for {name}: this is your knowledge alone."
            ))),
            // a pattern is evidence by the administrator's own decision
            Some(candidate) if !candidate.has_address_evidence() && !candidate.has_pattern_evidence() => {
                asks.push(Ask::other(format!("Only the name speaks for {name}; no address agrees.")));
            }
            _ => {}
        }
        if let Some(candidate) = candidate {
            for warning in &candidate.warnings {
                let words = match warning.kind {
                    WarningKind::NameContradicts => "The names contradict each other",
                    WarningKind::SharedMailbox => "The target looks like a shared mailbox, not a person",
                    WarningKind::SuspiciousCharacters => {
                        "A name or address has invisible or misleading characters"
                    }
                    WarningKind::ClaimedTwice => "Somebody else claims this target too",
                    _ => continue,
                };
                // What is wrong with characters needs no second sentence, and would quote them.
                let about_characters = warning.kind == WarningKind::SuspiciousCharacters;
                let detail = text::clean(if about_characters { "" } else { &warning.detail });
                asks.push(Ask::other(if detail.is_empty() {
                    format!("{words}.")
                } else {
                    format!("{words}: {detail}")
                }));
            }
        }
        if target.user_type == Some(UserType::Guest)
            || candidate.is_some_and(|it| it.warns(WarningKind::Guest))
        {
            asks.push(Ask {
                kind: AskKind::Guest,
                words: format!("{name} is a guest in the tenant, not a member."),
            });
        }
        if target.enabled.is_none() {
            asks.push(Ask::other(format!("Whether {name} is enabled could not be read.")));
        }
        match person.outcome {
            Outcome::Unsure => asks.push(Ask::other(
                "This person was invited and never signed in, or could not be read fully.".to_owned(),
            )),
            Outcome::Foreign => asks.push(Ask::other(
                "This person's identity belongs to another directory that has nothing to do with this organization."
                    .to_owned(),
            )),
            _ => {}
        }
        asks.extend(self.privileged(user, person));
        if self.situation.operator_objects.contains(&target.id)
            && !self.situation.operator_keys.contains(&user.storage_key)
        {
            asks.push(Ask::other(format!("{name} is the account with which you read the tenant: your own.")));
        }
        asks
    }

    /// Privileged people are asked about, whatever is decided.
    pub(super) fn privileged(&self, user: &OrgUser, person: &Person) -> Option<Ask> {
        if self.is_operator(user, person) {
            return Some(Ask::other("This is your own account.".to_owned()));
        }
        match person.privileged {
            Some(true) => Some(Ask::other("This person is privileged: administrator or owner.".to_owned())),
            None => Some(Ask::other("Whether this person is an administrator could not be read.".to_owned())),
            Some(false) => None,
        }
    }
}
