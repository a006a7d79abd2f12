//! Outcomes: what connecting will do to an org user, or did.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What connecting will do, or did, to an org user. The order of the variants is the order in which they are tried: the
/// first that applies holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Already an identity of the destination tenant.
    Connected,
    /// An Entra identity of a directory that has nothing to do with this organization.
    Foreign,
    /// Invited and never signed in, unreadable or contradictory.
    Unsure,
    /// Two claim one, or the only target cannot be used.
    Conflict,
    /// The service maps (or mapped) the person by itself, to somebody else.
    Hazard,
    /// The service maps the person by itself.
    Automatic,
    /// Exactly one tenant user qualifies for the safe class.
    Safe,
    /// Candidates exist, a person must choose.
    Review,
    /// Nobody in the tenant.
    Missing,
}

impl Outcome {
    /// All outcomes, in their order.
    pub const ALL: [Self; 9] = [
        Self::Connected,
        Self::Foreign,
        Self::Unsure,
        Self::Conflict,
        Self::Hazard,
        Self::Automatic,
        Self::Safe,
        Self::Review,
        Self::Missing,
    ];

    /// The name in JSON, CSV, filters and the store.
    pub fn name(self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::Foreign => "foreign",
            Self::Unsure => "unsure",
            Self::Conflict => "conflict",
            Self::Hazard => "hazard",
            Self::Automatic => "automatic",
            Self::Safe => "safe",
            Self::Review => "review",
            Self::Missing => "missing",
        }
    }

    /// How a screen says it.
    pub fn shown(self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::Foreign => "other directory",
            Self::Unsure => "unsure",
            Self::Conflict => "conflict",
            Self::Hazard => "goes to the wrong person",
            Self::Automatic => "will map by itself",
            Self::Safe => "mappable, safe",
            Self::Review => "needs review",
            Self::Missing => "not in tenant",
        }
    }

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.name() == name)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
