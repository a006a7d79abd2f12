//! A tenant user proposed for an org user, with what speaks for it and what speaks against it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::ids::ObjectId;

/// Kinds of evidence, named as in the JSON contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EvidenceKind {
    /// The sign-in address equals the userPrincipalName.
    Upn,
    /// An address equals the tenant user's mail.
    Mail,
    /// An address equals another mail.
    OtherMail,
    /// An address equals an smtp proxy address.
    ProxyAddress,
    /// An address equals the decoded `#EXT#` name of a guest or external member.
    GuestUpn,
    /// An address equals a sign-in identity.
    Identity,
    /// The part before the `@` is the same, or nearly.
    LocalPart,
    /// The names agree, wholly or in part.
    Name,
    /// The local part equals the mail nickname or the on-premises account name.
    Alias,
    /// A pattern that explains many others explains this one.
    Pattern,
}

impl EvidenceKind {
    /// The name in JSON and CSV.
    pub fn name(self) -> &'static str {
        match self {
            Self::Upn => "upn",
            Self::Mail => "mail",
            Self::OtherMail => "other-mail",
            Self::ProxyAddress => "proxy-address",
            Self::GuestUpn => "guest-upn",
            Self::Identity => "identity",
            Self::LocalPart => "local-part",
            Self::Name => "name",
            Self::Alias => "alias",
            Self::Pattern => "pattern",
        }
    }

    /// Whether this is address evidence in the sense of the safe class.
    pub fn is_address(self) -> bool {
        matches!(
            self,
            Self::Upn | Self::Mail | Self::OtherMail | Self::ProxyAddress | Self::GuestUpn | Self::Identity
        )
    }
}

/// Kinds of warnings, named as in the JSON contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WarningKind {
    /// The names speak against it.
    NameContradicts,
    /// The account is disabled.
    Disabled,
    /// The account is deleted.
    Deleted,
    /// The guest has not accepted the invitation.
    PendingInvitation,
    /// A guest.
    Guest,
    /// Active in the organization already, so that the service refuses the mapping.
    AlreadyInOrganization,
    /// Two org users claim this tenant user.
    ClaimedTwice,
    /// A shared or service mailbox, not a person.
    SharedMailbox,
    /// The org user is privileged: one by one, never in bulk.
    Privileged,
    /// The account was made after the person's last access.
    NewerThanLastAccess,
    /// Control, bidi or invisible characters in a name or address.
    SuspiciousCharacters,
}

impl WarningKind {
    /// The name in JSON and CSV.
    pub fn name(self) -> &'static str {
        match self {
            Self::NameContradicts => "name-contradicts",
            Self::Disabled => "disabled",
            Self::Deleted => "deleted",
            Self::PendingInvitation => "pending-invitation",
            Self::Guest => "guest",
            Self::AlreadyInOrganization => "already-in-organization",
            Self::ClaimedTwice => "claimed-twice",
            Self::SharedMailbox => "shared-mailbox",
            Self::Privileged => "privileged",
            Self::NewerThanLastAccess => "newer-than-last-access",
            Self::SuspiciousCharacters => "suspicious-characters",
        }
    }

    /// Whether a map onto such a target is refused outright.
    pub fn refuses(self) -> bool {
        matches!(self, Self::Disabled | Self::Deleted | Self::AlreadyInOrganization)
    }
}

impl fmt::Display for EvidenceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Display for WarningKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// One reason for a candidate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// What kind of reason.
    pub kind: EvidenceKind,
    /// In plain words, with the values that agree.
    pub detail: String,
}

/// One reason against a candidate, or for caution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// What kind of reason.
    pub kind: WarningKind,
    /// In plain words.
    pub detail: String,
}

/// A tenant user proposed for an org user.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// Who.
    pub object_id: ObjectId,
    /// 0 to 1; orders candidates, decides nothing by itself.
    pub score: f32,
    /// What speaks for it, strongest first.
    pub evidence: Vec<Evidence>,
    /// What speaks against it.
    pub warnings: Vec<Warning>,
}

impl Candidate {
    /// Whether this warning is there.
    pub fn warns(&self, kind: WarningKind) -> bool {
        self.warnings.iter().any(|warning| warning.kind == kind)
    }

    /// Whether an address agrees (names alone never make a pair safe).
    pub fn has_address_evidence(&self) -> bool {
        self.evidence.iter().any(|evidence| evidence.kind.is_address())
    }

    /// Whether a pattern that the administrator uses leads here.
    pub fn has_pattern_evidence(&self) -> bool {
        self.evidence.iter().any(|evidence| evidence.kind == EvidenceKind::Pattern)
    }

    /// The warning that forbids a map onto this target, if any.
    pub fn refusal(&self) -> Option<&Warning> {
        self.warnings.iter().find(|warning| warning.kind.refuses())
    }
}
