//! What a decision was bound to: the person and the target as they were read when it was made. Before a row is sent both
//! are read again; a difference refuses the row, in words.

use serde::{Deserialize, Serialize};

use crate::domain::people::{OrgUser, TenantUser};
use crate::domain::plan::address;
use crate::domain::text::clean;

/// The parts of a person that a decision depends on. The descriptor is not among them: it changes on connecting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenPerson {
    /// Name.
    pub display_name: String,
    /// Sign-in address.
    pub principal_name: String,
    /// Mail address.
    pub mail: Option<String>,
    /// Origin, as the service writes it.
    pub origin: String,
    /// Id in the origin.
    pub origin_id: Option<String>,
}

/// The parts of a target that a decision depends on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenTarget {
    /// Name.
    pub display_name: String,
    /// Sign-in name.
    pub user_principal_name: String,
    /// Mail address.
    pub mail: Option<String>,
    /// Whether it may sign in.
    pub enabled: Option<bool>,
    /// Whether an invitation is still open.
    pub pending: bool,
}

/// Person and target as they were when a decision was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The org user.
    pub person: SeenPerson,
    /// The target of a map.
    pub target: Option<SeenTarget>,
}

impl From<&OrgUser> for SeenPerson {
    fn from(user: &OrgUser) -> Self {
        Self {
            display_name: user.display_name.to_string(),
            principal_name: user.principal_name.to_string(),
            mail: user.mail.as_deref().map(str::to_owned),
            origin: user.origin.as_str().to_owned(),
            origin_id: user.origin_id.as_deref().map(str::to_owned),
        }
    }
}

impl From<&TenantUser> for SeenTarget {
    fn from(user: &TenantUser) -> Self {
        Self {
            display_name: user.display_name().to_string(),
            user_principal_name: user.user_principal_name().to_string(),
            mail: user.mail().map(str::to_owned),
            enabled: user.enabled,
            pending: user.pending,
        }
    }
}

impl Seen {
    /// Person and target as they are now.
    pub fn now(person: &OrgUser, target: Option<&TenantUser>) -> Self {
        Self { person: person.into(), target: target.map(Into::into) }
    }

    /// What changed since, one sentence for each difference; empty when nothing did. `target` is the planned target as it is
    /// now, `None` when it is gone or there was none. A target that was not there to be seen, as that of an invitation, is not
    /// a change.
    pub fn differences(&self, person: &OrgUser, target: Option<&TenantUser>) -> Vec<String> {
        let mut found = self.of_person(person);
        found.extend(self.of_target(target));
        found
    }

    /// What changed about the person alone.
    pub fn of_person(&self, person: &OrgUser) -> Vec<String> {
        self.person.differences(&person.into())
    }

    /// What changed about the target alone.
    pub fn of_target(&self, target: Option<&TenantUser>) -> Vec<String> {
        match (&self.target, target.map(SeenTarget::from)) {
            (None, _) => Vec::new(),
            (Some(_), None) => vec!["the target is gone from the tenant".to_owned()],
            (Some(before), Some(now)) => before.differences(&now),
        }
    }
}

impl SeenPerson {
    fn differences(&self, now: &Self) -> Vec<String> {
        let mut found = Vec::new();
        compare(&mut found, "the person's name", &self.display_name, &now.display_name);
        compare_address(
            &mut found,
            "the person's sign-in address",
            Some(&self.principal_name),
            Some(&now.principal_name),
        );
        compare_address(&mut found, "the person's mail address", self.mail.as_deref(), now.mail.as_deref());
        compare(&mut found, "the person's origin", &self.origin, &now.origin);
        if self.origin_id != now.origin_id {
            found.push("the identity behind the person is another one now".to_owned());
        }
        found
    }
}

impl SeenTarget {
    fn differences(&self, now: &Self) -> Vec<String> {
        let mut found = Vec::new();
        compare(&mut found, "the target's name", &self.display_name, &now.display_name);
        compare_address(
            &mut found,
            "the target's sign-in name",
            Some(&self.user_principal_name),
            Some(&now.user_principal_name),
        );
        compare_address(&mut found, "the target's mail address", self.mail.as_deref(), now.mail.as_deref());
        if self.enabled != now.enabled {
            found.push(
                match now.enabled {
                    Some(true) => "the target was enabled since",
                    Some(false) => "the target was disabled since",
                    None => "whether the target is enabled cannot be read any more",
                }
                .to_owned(),
            );
        }
        // Accepting an invitation is what everybody waits for; only the other way is a change to look at.
        if !self.pending && now.pending {
            found.push("the target's invitation is open again".to_owned());
        }
        found
    }
}

fn compare(found: &mut Vec<String>, what: &str, before: &str, now: &str) {
    if before != now {
        found.push(format!("{what} was {}, is {}", shown(Some(before)), shown(Some(now))));
    }
}

fn compare_address(found: &mut Vec<String>, what: &str, before: Option<&str>, now: Option<&str>) {
    let equal = match (before, now) {
        (None, None) => true,
        (Some(before), Some(now)) => before == now || address::same(before, now),
        _ => false,
    };
    if !equal {
        found.push(format!("{what} was {}, is {}", shown(before), shown(now)));
    }
}

fn shown(text: Option<&str>) -> String {
    text.filter(|text| !text.is_empty()).map_or_else(|| "empty".to_owned(), |text| clean(text).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::plan::fixtures::{in_tenant, object, org_user, tenant, tenant_user};

    #[test]
    fn each_change_is_said_in_words() {
        let user = org_user(1, "Adele Vance", "adele@fabrikam.com");
        let target = tenant_user(1, "Adele Vance", "adele@contoso.com");
        let seen = Seen::now(&user, Some(&target));
        assert!(seen.differences(&user, Some(&target)).is_empty());
        assert_eq!(seen.differences(&user, None), ["the target is gone from the tenant"]);

        let mut shouting = user.clone();
        shouting.principal_name = "ADELE@fabrikam.com".into();
        assert!(seen.differences(&shouting, Some(&target)).is_empty(), "case is no change");

        let mut renamed = user.clone();
        renamed.display_name = "Alex\u{202e}Wilber".into();
        renamed.mail = None;
        assert_eq!(
            seen.differences(&renamed, Some(&target)),
            [
                "the person's name was Adele Vance, is Alex\u{FFFD}Wilber",
                "the person's mail address was adele@fabrikam.com, is empty"
            ]
        );

        let switched = in_tenant(user.clone(), tenant(1), object(9));
        let words = seen.differences(&switched, Some(&target)).join("; ");
        assert!(words.contains("origin was msa, is aad") && words.contains("another one now"), "{words}");

        let mut changed = target.clone();
        changed.enabled = Some(false);
        changed.pending = true;
        changed.edit(|it| {
            it.user_principal_name = "adele.vance@contoso.com".into();
            it.display_name = "Adele V".into();
            it.mail = Some("a@contoso.com".into());
        });
        assert_eq!(seen.differences(&user, Some(&changed)).len(), 5);
    }

    #[test]
    fn a_descriptor_is_not_part_of_a_person() {
        let user = org_user(1, "Adele Vance", "adele@fabrikam.com");
        let mut later = user.clone();
        later.descriptor = crate::domain::ids::Descriptor::new("aad.other");
        assert!(Seen::now(&user, None).differences(&later, None).is_empty());
    }

    #[test]
    fn the_guest_of_an_invitation_is_no_change() {
        let user = org_user(1, "Adele Vance", "adele@fabrikam.com");
        let guest = tenant_user(1, "Adele Vance", "adele_fabrikam.com#EXT#@contoso.onmicrosoft.com");
        assert!(Seen::now(&user, None).differences(&user, Some(&guest)).is_empty());
    }

    #[test]
    fn a_guest_who_accepts_is_no_surprise() {
        let user = org_user(1, "Adele Vance", "adele@fabrikam.com");
        let mut target = tenant_user(1, "Adele Vance", "adele@contoso.com");
        target.pending = true;
        let seen = Seen::now(&user, Some(&target));
        target.pending = false;
        assert!(seen.differences(&user, Some(&target)).is_empty());
    }
}
