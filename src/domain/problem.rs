//! What went wrong with a service, in the form in which every screen and command shows it: what was asked, of whom, what
//! came back, and what to do. Carries no secret and no markup of the service.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A service that this program talks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Service {
    /// `dev.azure.com`: connection data, the portal's pages, the tenant probe.
    AzureDevOps,
    /// `vssps.dev.azure.com`: graph, identities, tokens.
    AzureDevOpsIdentity,
    /// `vsaex.dev.azure.com`: user entitlements.
    AzureDevOpsEntitlements,
    /// `auditservice.dev.azure.com`.
    AzureDevOpsAudit,
    /// `status.dev.azure.com`.
    AzureDevOpsStatus,
    /// `graph.microsoft.com`.
    MicrosoftGraph,
    /// `login.microsoftonline.com`.
    EntraLogin,
}

impl Service {
    /// The name that people know it by.
    pub fn name(self) -> &'static str {
        match self {
            Self::AzureDevOps => "Azure DevOps",
            Self::AzureDevOpsIdentity => "Azure DevOps (identities)",
            Self::AzureDevOpsEntitlements => "Azure DevOps (users)",
            Self::AzureDevOpsAudit => "Azure DevOps (audit)",
            Self::AzureDevOpsStatus => "Azure DevOps status",
            Self::MicrosoftGraph => "Microsoft Graph",
            Self::EntraLogin => "Entra sign-in",
        }
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The kinds of failure that the program reacts to differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProblemKind {
    /// No credential, an expired one, or one that the service does not accept.
    NotSignedIn,
    /// Signed in, but without the permission.
    NotAllowed,
    /// There is no such thing: organization, tenant, person.
    NotFound,
    /// The service asked to wait longer than we would.
    Throttled,
    /// No connection, a broken one, or no answer in time.
    Unreachable,
    /// The service kept answering with errors of its own.
    ServiceFailing,
    /// An answer that could not be understood: cut short, of a wrong shape, too large, endless.
    BadAnswer,
    /// The service understood and refused.
    Refused,
    /// A change was sent and nobody knows whether it happened. Read before anything else.
    OutcomeUnknown,
    /// Something on this machine: a credential command, a file, the store.
    Local,
    /// Stopped by the administrator.
    Cancelled,
}

impl ProblemKind {
    /// Whether the same call would fail for everybody, so that a run must stop at once.
    pub fn fails_for_all(self) -> bool {
        matches!(self, Self::NotSignedIn | Self::NotAllowed | Self::Cancelled | Self::Local)
    }
}

/// One failure, whole: the texts are already cleaned for a screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub struct Problem {
    /// What to react to.
    pub kind: ProblemKind,
    /// Who was asked; `None` for something on this machine.
    pub service: Option<Service>,
    /// What was tried, such as `reading page 3 of the user entitlements of fabrikam`.
    pub asked: String,
    /// HTTP status, where there was an answer.
    pub status: Option<u16>,
    /// The service's own code, such as `TF400813` or `Authorization_RequestDenied`.
    pub code: Option<String>,
    /// What happened: the service's own words, or ours for a failure without an answer.
    pub said: String,
    /// What to do about it.
    pub remedy: String,
    /// The id by which the service's support finds the call.
    pub activity_id: Option<String>,
    /// The earliest moment at which trying again makes sense, where the service named one.
    pub retry_at: Option<Timestamp>,
}

impl Problem {
    /// A failure on this machine.
    pub fn local(asked: impl Into<String>, said: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            kind: ProblemKind::Local,
            service: None,
            asked: asked.into(),
            status: None,
            code: None,
            said: said.into(),
            remedy: remedy.into(),
            activity_id: None,
            retry_at: None,
        }
    }

    /// A failure at a service; the remaining fields are set by the caller.
    pub fn at(service: Service, kind: ProblemKind, asked: impl Into<String>) -> Self {
        Self { kind, service: Some(service), ..Self::local(asked, String::new(), String::new()) }
    }

    /// One line without the remedy: who, what, and what came back.
    pub fn headline(&self) -> String {
        let mut line = String::new();
        if let Some(service) = self.service {
            line.push_str(service.name());
            line.push_str(": ");
        }
        line.push_str(&self.asked);
        line.push_str(": ");
        if let Some(status) = self.status {
            line.push_str(&status.to_string());
            line.push(' ');
        }
        if let Some(code) = self.code.as_deref().filter(|code| !self.said.contains(*code)) {
            line.push_str(code);
            line.push(' ');
        }
        line.push_str(&self.said);
        line.trim_end_matches([' ', ':']).to_owned()
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headline = self.headline();
        f.write_str(&headline)?;
        if !self.remedy.is_empty() {
            // Many words of the services end with a full stop already.
            let stop = if headline.ends_with(['.', '!', '?', '…']) { "" } else { "." };
            write!(f, "{stop} {}", self.remedy)?;
        }
        if let Some(id) = &self.activity_id {
            write!(f, " (activity {id})")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(said: &str) -> String {
        let mut problem = Problem::local("reading the file", said, "Try another one.");
        problem.activity_id = Some("7".to_owned());
        problem.to_string()
    }

    #[test]
    fn the_remedy_follows_one_full_stop() {
        assert_eq!(said("it is empty"), "reading the file: it is empty. Try another one. (activity 7)");
        assert_eq!(said("It is empty."), "reading the file: It is empty. Try another one. (activity 7)");
        assert_eq!(said("Is it empty?"), "reading the file: Is it empty? Try another one. (activity 7)");
    }
}
