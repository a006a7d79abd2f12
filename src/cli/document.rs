//! The JSON documents, one type each. The order of the fields is the order in the document.
//!
//! An absent member is unknown, `null` is known to be none or not applicable: that is what [`Known`] is for.

pub mod apply;
pub mod check;
pub mod comparison;
pub mod configuration;
pub mod diff;
pub mod doctor;
pub mod journal;
pub mod organizations;
pub mod patterns;
pub mod plan;
pub mod status;

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use crate::domain::connection::Backing;
use crate::domain::{TenantId, text};
use crate::tasks::Model;

/// A member that may be unknown (left out) or known to be none (`null`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Known<T> {
    /// Left out of the document.
    #[default]
    Unknown,
    /// `null`.
    None,
    /// This.
    Some(T),
}

impl<T> Known<T> {
    /// For `skip_serializing_if`.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
    }

    /// What is not there is known to be none.
    pub fn or_none(value: Option<T>) -> Self {
        value.map_or(Self::None, Self::Some)
    }
}

impl<T: Serialize> Serialize for Known<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Some(value) => value.serialize(serializer),
            Self::None | Self::Unknown => serializer.serialize_none(),
        }
    }
}

/// What backs the organization: unknown, no tenant, or this one.
pub fn backing(backing: Option<Backing>) -> Known<TenantId> {
    match backing {
        None => Known::Unknown,
        Some(Backing::MicrosoftAccounts) => Known::None,
        Some(Backing::Tenant(tenant)) => Known::Some(tenant),
    }
}

/// The moment that a document speaks of: that of the older of the two lists, since nothing in it is newer than that for
/// certain; without lists the present one.
pub fn taken_at(model: &Model) -> Timestamp {
    let (roster, directory) = (model.roster.read_at, model.directory.read_at);
    match (roster, directory) {
        (Some(roster), Some(directory)) => roster.min(directory),
        (one, other) => one.or(other).unwrap_or(model.now),
    }
}

/// The destination tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tenant {
    /// Its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<TenantId>,
    /// The domain by which it was configured, else its default domain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
}

impl Tenant {
    /// What is known about the destination tenant.
    pub fn of(model: &Model) -> Self {
        let profile = model.facts.destination_profile();
        let configured = &model.context.tenant;
        let domain = if configured.parse::<TenantId>().is_err() && !configured.is_empty() {
            Some(configured.clone())
        } else {
            profile.and_then(|profile| profile.verified_domains.first().cloned())
        };
        Self {
            id: model.facts.destination(),
            domain,
            display_name: profile.map(|profile| profile.display_name.clone()),
        }
    }

    /// How a text names it.
    pub fn shown(&self) -> String {
        let id = self.id.map(|id| id.to_string());
        let domain = self.domain.as_deref().or(id.as_deref()).unwrap_or("the destination tenant");
        match &self.display_name {
            Some(name) => format!("{} ({})", text::clean(name), text::clean(domain)),
            None => text::clean(domain).into_owned(),
        }
    }
}
