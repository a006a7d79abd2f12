//! What can be said about an org user without looking at anybody else: already an identity of the destination tenant, of a
//! foreign directory, unsure, or open to be matched.

use super::Situation;
use crate::domain::ids::ObjectId;
use crate::domain::people::{Directory, OrgUser, Origin, Roster};
use crate::domain::plan::Pair;
use crate::domain::text::clean_to;

/// Where somebody stands before anything is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// An identity of the destination tenant.
    Connected(Option<ObjectId>),
    /// An identity of the destination tenant that the plan knows to be somebody else's; with the reason.
    WentWrong(ObjectId, String),
    /// An identity of a directory that has nothing to do with this organization.
    Foreign(String),
    /// Invited and never signed in, unreadable, or contradictory; with the reason.
    Unsure(String),
    /// To be matched.
    Open,
}

impl Standing {
    /// Of everybody, in the order of the roster.
    pub fn of_everybody(roster: &Roster, directory: &Directory, situation: &Situation) -> Vec<Self> {
        roster.people().iter().map(|user| Self::of(user, directory, situation)).collect()
    }

    /// Of this user.
    pub fn of(user: &OrgUser, directory: &Directory, situation: &Situation) -> Self {
        let object = user.origin_object();
        let tenant = user.identity_tenant();
        let of_destination = situation.destination.is_some() && tenant == situation.destination
            || object.is_some_and(|id| directory.get(id).is_some_and(|user| !user.deleted));
        if of_destination && !user.is_pending() {
            return Self::connected(user, object, directory, situation);
        }
        if let Some(tenant) = tenant {
            let backing = situation.backing.and_then(crate::domain::connection::Backing::tenant);
            let known = [situation.destination, backing, situation.previous_backing];
            if !known.contains(&Some(tenant)) {
                return match situation.backing {
                    Some(_) => Self::Foreign(format!("an identity of another directory, {tenant}")),
                    None => Self::Unsure(format!(
                        "an identity of the directory {tenant}, and which directory backs the organization could not be read"
                    )),
                };
            }
        }
        match unreadable(user) {
            Some(reason) => Self::Unsure(reason),
            None => Self::Open,
        }
    }

    fn connected(
        user: &OrgUser,
        object: Option<ObjectId>,
        directory: &Directory,
        situation: &Situation,
    ) -> Self {
        let Some(object) = object else { return Self::Connected(None) };
        let pair: Pair = Pair { storage_key: user.storage_key.clone(), target: object };
        if situation.confirmed.contains(&pair) {
            return Self::Connected(Some(object));
        }
        let who = directory.get(object).map_or_else(
            || object.to_string(),
            |user| clean_to(user.user_principal_name(), 120).into_owned(),
        );
        if let Some(planned) = situation.planned.get(&user.storage_key).filter(|planned| **planned != object)
        {
            let wanted = directory.get(*planned).map_or_else(
                || planned.to_string(),
                |user| clean_to(user.user_principal_name(), 120).into_owned(),
            );
            return Self::WentWrong(
                object,
                format!("was mapped to somebody else: the plan says {wanted}, the identity is {who}"),
            );
        }
        if situation.hazards.contains(&pair) {
            return Self::WentWrong(
                object,
                format!("was mapped to somebody else: {who} was a hazard before the switch"),
            );
        }
        Self::Connected(Some(object))
    }
}

/// Why nothing can be said about somebody, if so.
fn unreadable(user: &OrgUser) -> Option<String> {
    if user.is_pending() {
        return Some("was invited and never signed in".to_owned());
    }
    match &user.origin {
        Origin::Aad if user.identity_tenant().is_none() => {
            return Some("an Entra identity whose directory could not be read".to_owned());
        }
        Origin::Msa
            if user
                .domain
                .as_deref()
                .is_some_and(|domain| domain.parse::<crate::domain::ids::TenantId>().is_ok()) =>
        {
            return Some("contradictory: a Microsoft account with the id of a directory".to_owned());
        }
        Origin::Other(origin) if origin.is_empty() => {
            return Some("where the identity comes from could not be read".to_owned());
        }
        Origin::Other(origin) => {
            return Some(format!(
                "an identity of a kind that connecting does not map: {}",
                clean_to(origin, 40)
            ));
        }
        _ => {}
    }
    let blank = |text: &str| text.trim().is_empty();
    if blank(&user.principal_name) && user.mail.as_deref().is_none_or(blank) && blank(&user.display_name) {
        return Some("neither an address nor a name could be read".to_owned());
    }
    None
}
