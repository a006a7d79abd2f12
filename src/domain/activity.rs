//! What the program is doing and did: progress of a long read, the requests it sent, the list of events. Data for the
//! screens; nothing here does anything.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::problem::Service;

/// Something that can be read from a service, each with an age of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// What backs the organization (no credential needed).
    Backing,
    /// The account behind the Azure DevOps credential.
    Operator,
    /// The destination tenant by discovery (no credential needed).
    Discovery,
    /// The organization's people.
    Roster,
    /// The tenant's people.
    Directory,
    /// The tenant's own page.
    Tenant,
    /// The account that reads the tenant.
    Me,
    /// Its roles.
    MyRoles,
    /// The organization's administrators.
    Administrators,
    /// The organization's owner.
    Owner,
    /// Hidden identities that share an address.
    HiddenIdentities,
    /// Users of the graph without an entitlement.
    GraphIdentities,
    /// Who may invite.
    InvitationPolicy,
    /// Health of Azure DevOps.
    Health,
    /// The way of signing in after the switch.
    AfterConnect,
    /// Everybody's tokens and SSH keys.
    Tokens,
    /// Who is in which group of the organization.
    Memberships,
}

impl Source {
    /// What `r` reads again: everything but the tokens, which are read on request only.
    pub const ALL: [Self; 15] = [
        Self::Backing,
        Self::Operator,
        Self::Discovery,
        Self::Roster,
        Self::Directory,
        Self::Tenant,
        Self::Me,
        Self::MyRoles,
        Self::Administrators,
        Self::Owner,
        Self::HiddenIdentities,
        Self::GraphIdentities,
        Self::InvitationPolicy,
        Self::Health,
        Self::AfterConnect,
    ];

    /// How a screen names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Backing => "tenant probe",
            Self::Operator => "your account",
            Self::Discovery => "tenant discovery",
            Self::Roster => "people of the organization",
            Self::Directory => "people of the tenant",
            Self::Tenant => "tenant",
            Self::Me => "your tenant account",
            Self::MyRoles => "your roles",
            Self::Administrators => "administrators",
            Self::Owner => "owner",
            Self::HiddenIdentities => "hidden identities",
            Self::GraphIdentities => "identities without access",
            Self::InvitationPolicy => "invitation policy",
            Self::Health => "service health",
            Self::AfterConnect => "sign-in after the switch",
            Self::Tokens => "tokens and SSH keys",
            Self::Memberships => "group memberships",
        }
    }
}

/// How far a long read is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// When it began.
    pub started_at: Timestamp,
    /// Pages read.
    pub pages: u32,
    /// People (or other items) read.
    pub items: usize,
    /// Bytes read, after decompression.
    pub bytes: u64,
    /// How many items there will be, where the service said so.
    pub total: Option<usize>,
    /// The service asked to wait until then.
    pub waiting_until: Option<Timestamp>,
}

impl Progress {
    /// Nothing read yet.
    pub fn started(at: Timestamp) -> Self {
        Self { started_at: at, pages: 0, items: 0, bytes: 0, total: None, waiting_until: None }
    }

    /// Items a second since the beginning; `None` in the first half second.
    #[expect(clippy::cast_precision_loss, reason = "a rate for people's eyes")]
    pub fn rate(&self, now: Timestamp) -> Option<f64> {
        let seconds = now.duration_since(self.started_at).as_secs_f64();
        (seconds >= 0.5 && self.items > 0).then(|| self.items as f64 / seconds)
    }

    /// How long it will still take, where the total is known.
    #[expect(clippy::cast_precision_loss, reason = "an estimate for people's eyes")]
    pub fn remaining(&self, now: Timestamp) -> Option<SignedDuration> {
        let left = self.total?.checked_sub(self.items)?;
        SignedDuration::try_from_secs_f64(left as f64 / self.rate(now)?).ok()
    }
}

/// One request, as the log pane shows it. Holds no secret: no header, no query, no body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestLine {
    /// When it was sent.
    pub at: Timestamp,
    /// Who was asked.
    pub service: Service,
    /// `GET`, `PATCH`, …
    pub method: String,
    /// The path, without query.
    pub path: String,
    /// HTTP status; `None` when there was no answer.
    pub status: Option<u16>,
    /// How long the answer took, in milliseconds.
    pub millis: u64,
    /// Size of the body, after decompression.
    pub bytes: u64,
    /// A retry, a wait, an error: in words; empty for an ordinary answer.
    pub note: String,
}

impl RequestLine {
    /// Whether the call failed and is made once more.
    pub fn is_repeated(&self) -> bool {
        self.note.contains("again in")
    }
}

/// What an answer took on the average, in milliseconds, over the latest 50 of these; `None` where nothing was answered.
pub fn usual_millis<'a>(lines: impl DoubleEndedIterator<Item = &'a RequestLine>) -> Option<u64> {
    let (mut requests, mut millis) = (0u64, 0u64);
    for line in lines.rev().take(50).filter(|line| line.status.is_some()) {
        requests += 1;
        millis = millis.saturating_add(line.millis);
    }
    millis.checked_div(requests)
}

/// What the service said about the budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Units left (`X-RateLimit-Remaining`).
    pub remaining: Option<u64>,
    /// Units in all (`X-RateLimit-Limit`).
    pub limit: Option<u64>,
    /// Nothing may be sent before this moment.
    pub closed_until: Option<Timestamp>,
}

/// The subject of events about the connection itself.
pub const CONNECTION: &str = "connection";

/// The subject of events about signing in.
pub const SIGN_IN: &str = "sign-in";

/// One line of the event list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventLine {
    /// When it happened.
    pub at: Timestamp,
    /// What it is about, such as `tenant probe`.
    pub subject: String,
    /// What happened.
    pub text: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_estimate_follows_the_rate() {
        let start = Timestamp::UNIX_EPOCH;
        let mut progress = Progress { items: 100, total: Some(300), ..Progress::started(start) };
        assert_eq!(progress.rate(start), None, "too early to say");
        let later = start + SignedDuration::from_secs(10);
        assert_eq!(progress.rate(later), Some(10.0));
        assert_eq!(progress.remaining(later), Some(SignedDuration::from_secs(20)));
        progress.total = None;
        assert_eq!(progress.remaining(later), None);
    }
}
