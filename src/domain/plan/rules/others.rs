//! The rules for `invite`, `remove` and `keep`.

use super::{Ask, Kept, Rulebook, Ruling};
use crate::domain::forecast::Person;
use crate::domain::outcome::Outcome;
use crate::domain::people::OrgUser;
use crate::domain::plan::address;
use crate::domain::text;

impl Rulebook<'_> {
    pub(super) fn rule_invite(&self, invited: &str, user: &OrgUser, person: &Person) -> Ruling {
        self.may_be_mapped(user, person)?;
        let shown = text::clean(invited.trim());
        if let Some(problem) = address::invitation_problem(invited) {
            return Err(format!("{shown} cannot be invited: {problem}."));
        }
        if let Some(domain) = address::domain(invited)
            && self.verified_domains.iter().any(|verified| verified.eq_ignore_ascii_case(domain))
        {
            return Err(format!(
                "{shown} is in a domain of the tenant itself, and Microsoft Graph refuses to invite it. Have a member \
                 created with that address."
            ));
        }
        if let Some(other) =
            self.inviters(invited).into_iter().find(|key| !self.is_same(key, &user.storage_key))
        {
            return Err(format!(
                "{shown} is to be invited for {} already: one target for one person. Take that decision back first.",
                self.name_of(other)
            ));
        }
        Ok(self.privileged(user, person).into_iter().collect())
    }

    pub(super) fn rule_remove(&self, user: &OrgUser, person: &Person) -> Ruling {
        if let Some(reason) = self.never_removed(user, person) {
            return Err(reason);
        }
        Ok(if person.outcome == Outcome::Connected {
            vec![Ask::other(
                "This person is connected and can work: removing takes the access away.".to_owned(),
            )]
        } else {
            Vec::new()
        })
    }

    /// Why this person is never removed by this program; `None` when they may be.
    pub(crate) fn never_removed(&self, user: &OrgUser, person: &Person) -> Option<String> {
        let situation = self.situation;
        if self.is_operator(user, person) {
            return Some(Kept::Own.to_string());
        }
        if situation.owner.as_ref() == Some(&user.storage_key) {
            return Some(Kept::Owner.to_string());
        }
        let Some(administrators) = &situation.administrators else {
            return Some(
                "Who the administrators are could not be read, so nobody is removed. See the prerequisite `admins-covered`."
                    .to_owned(),
            );
        };
        if administrators.contains(&user.storage_key) || person.privileged == Some(true) {
            return Some(Kept::Administrator.to_string());
        }
        if person.privileged.is_none() {
            return Some(
                "Whether this person is an administrator could not be read, so nothing is removed."
                    .to_owned(),
            );
        }
        address::is_listed(user, &situation.protected).then(|| Kept::Protected.to_string())
    }

    pub(super) fn rule_keep(&self, user: &OrgUser, person: &Person) -> Ruling {
        match person.outcome {
            Outcome::Connected => Err("Is connected already: there is nothing to decide.".to_owned()),
            // The service maps them anyway; keeping costs them nothing.
            Outcome::Automatic => Ok(Vec::new()),
            Outcome::Hazard => Ok(vec![Ask::other(
                "The service maps this person by itself all the same: `keep` does not resolve the hazard."
                    .to_owned(),
            )]),
            _ => Ok(self
                .privileged(user, person)
                .map(|ask| {
                    Ask::other(format!(
                        "{} Kept as they are, they cannot sign in after connecting.",
                        ask.words
                    ))
                })
                .into_iter()
                .collect()),
        }
    }
}
