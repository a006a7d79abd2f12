//! Which directory backs the organization, and where on the way the administrator is.
//!
//! The moment of the switch is found by [`TwoReadings`]; the steps before, at and after it are the [`timeline`](mod@timeline); who an org user
//! is after the switch, should the key have changed, is found by [`join`].

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::ids::TenantId;

pub mod join;
pub mod lockout;
pub mod portal;
pub mod readings;
pub mod steps;
pub mod timeline;
pub mod way_back;

pub use join::{BeforeReading, new_key};
pub use lockout::{Lockout, LockoutCause, lockout};
pub use portal::Portal;
pub use readings::{Observation, TwoReadings};
pub use timeline::{Step, StepState, current_phase, timeline};
pub use way_back::{WayBackStep, WrongDirectory, way_back, wrong_directory};

/// What backs the organization, from the headers of an answer without credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Backing {
    /// Microsoft accounts: the service names the zero GUID.
    MicrosoftAccounts,
    /// This tenant.
    Tenant(TenantId),
}

impl Backing {
    /// The tenant, if one backs the organization.
    pub fn tenant(self) -> Option<TenantId> {
        match self {
            Self::Tenant(id) => Some(id),
            Self::MicrosoftAccounts => None,
        }
    }
}

/// The moment in which another directory began to back the organization, seen by two equal readings while the program ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// When it was seen.
    pub at: Timestamp,
    /// What backed the organization before.
    pub from: Backing,
    /// What backs it now.
    pub to: Backing,
}

/// What the administrator wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Goal {
    /// From Microsoft accounts to the destination tenant.
    Connect,
    /// From another tenant to the destination tenant.
    Switch,
    /// Back to Microsoft accounts.
    Disconnect,
}

impl Goal {
    /// What the administrator wants: to disconnect where the configuration says so, else to connect or to switch, by what
    /// backed the organization when the plan was first made (or backs it now, before there is a plan).
    pub fn resolve(
        disconnect: bool,
        backing: Option<Backing>,
        first_backing: Option<Backing>,
        destination: Option<TenantId>,
    ) -> Self {
        if disconnect {
            return Self::Disconnect;
        }
        match first_backing.or(backing).and_then(Backing::tenant) {
            Some(tenant) if Some(tenant) != destination => Self::Switch,
            _ => Self::Connect,
        }
    }

    /// The name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Switch => "switch",
            Self::Disconnect => "disconnect",
        }
    }
}

/// How the connection stands, seen from the destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConnectionState {
    /// Backed by Microsoft accounts.
    NotConnected,
    /// Backed by the destination tenant.
    Connected,
    /// Backed by another tenant.
    ConnectedElsewhere,
    /// Could not be read, or the readings contradict each other.
    Unknown,
}

impl ConnectionState {
    /// Compares what backs the organization with the destination.
    pub fn of(backing: Option<Backing>, destination: Option<TenantId>) -> Self {
        match (backing, destination) {
            (None, _) | (Some(Backing::Tenant(_)), None) => Self::Unknown,
            (Some(Backing::MicrosoftAccounts), _) => Self::NotConnected,
            (Some(Backing::Tenant(tenant)), Some(destination)) if tenant == destination => Self::Connected,
            (Some(Backing::Tenant(_)), Some(_)) => Self::ConnectedElsewhere,
        }
    }

    /// The name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotConnected => "not-connected",
            Self::Connected => "connected",
            Self::ConnectedElsewhere => "connected-elsewhere",
            Self::Unknown => "unknown",
        }
    }
}

/// The wrong directory: any tenant but the destination and the one that backed the organization when the plan was first
/// made. Then nobody may be mapped.
pub fn is_wrong_directory(
    backing: Option<Backing>,
    destination: Option<TenantId>,
    first_backing: Option<Backing>,
) -> Option<TenantId> {
    let tenant = backing?.tenant()?;
    let expected = Some(tenant) == destination || Some(tenant) == first_backing.and_then(Backing::tenant);
    // Without a known destination or a first reading nothing can be called wrong.
    (!expected && destination.is_some() && first_backing.is_some()).then_some(tenant)
}

/// A step of the timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Prerequisites.
    Prepare,
    /// The button in the portal.
    Connect,
    /// Sign out, sign in with the work account.
    SignInAgain,
    /// Map who is disconnected.
    Map,
    /// Tell the users what to do.
    Inform,
    /// Compare after with before.
    Validate,
    /// Nothing is left.
    Done,
}

impl Phase {
    /// All phases, in order.
    pub const ALL: [Self; 7] = [
        Self::Prepare,
        Self::Connect,
        Self::SignInAgain,
        Self::Map,
        Self::Inform,
        Self::Validate,
        Self::Done,
    ];

    /// The name in JSON and in the store.
    pub fn name(self) -> &'static str {
        match self {
            Self::Prepare => "prepare",
            Self::Connect => "connect",
            Self::SignInAgain => "sign-in-again",
            Self::Map => "map",
            Self::Inform => "inform",
            Self::Validate => "validate",
            Self::Done => "done",
        }
    }

    /// How the timeline shows it.
    pub fn shown(self) -> &'static str {
        match self {
            Self::SignInAgain => "sign in again",
            other => other.name(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tenant(n: u8) -> TenantId {
        format!("00000000-0000-4000-8000-0000000000{n:02}").parse().unwrap()
    }

    #[test]
    fn the_state_compares_with_the_destination() {
        let state = |backing| ConnectionState::of(backing, Some(tenant(1)));
        assert_eq!(state(None), ConnectionState::Unknown);
        assert_eq!(state(Some(Backing::MicrosoftAccounts)), ConnectionState::NotConnected);
        assert_eq!(state(Some(Backing::Tenant(tenant(1)))), ConnectionState::Connected);
        assert_eq!(state(Some(Backing::Tenant(tenant(2)))), ConnectionState::ConnectedElsewhere);
    }

    #[test]
    fn the_goal_follows_what_backed_the_organization_first() {
        let msa = Some(Backing::MicrosoftAccounts);
        let at = |n| Some(Backing::Tenant(tenant(n)));
        let goal = |backing, first| Goal::resolve(false, backing, first, Some(tenant(1)));
        assert_eq!(goal(msa, None), Goal::Connect);
        assert_eq!(goal(at(2), None), Goal::Switch);
        assert_eq!(goal(at(1), msa), Goal::Connect, "after connecting");
        assert_eq!(goal(at(1), at(2)), Goal::Switch, "after switching");
        assert_eq!(goal(msa, at(2)), Goal::Switch, "disconnected on the way from one tenant to the other");
        assert_eq!(goal(at(1), None), Goal::Connect);
        assert_eq!(goal(None, None), Goal::Connect);
        assert_eq!(Goal::resolve(true, at(1), msa, Some(tenant(1))), Goal::Disconnect);
    }

    #[test]
    fn only_a_third_directory_is_the_wrong_one() {
        let wrong = |backing, first| is_wrong_directory(Some(backing), Some(tenant(1)), Some(first));
        assert_eq!(wrong(Backing::Tenant(tenant(3)), Backing::MicrosoftAccounts), Some(tenant(3)));
        assert_eq!(
            wrong(Backing::Tenant(tenant(2)), Backing::Tenant(tenant(2))),
            None,
            "a switch not made yet"
        );
        assert_eq!(wrong(Backing::Tenant(tenant(1)), Backing::MicrosoftAccounts), None);
        assert_eq!(wrong(Backing::MicrosoftAccounts, Backing::MicrosoftAccounts), None);
    }
}
