//! What speaks for a candidate and what against, as signs and words that fit a column.

use jiff::tz::TimeZone;
use ratatui::style::Style;

use crate::domain::people::OrgUser;
use crate::domain::{Candidate, Evidence, EvidenceKind, TenantUser, WarningKind};
use crate::tui::app::App;

/// What speaks against it, then what speaks for it: sign, kind, words.
pub(super) fn reasons(
    app: &App,
    candidate: &Candidate,
    user: Option<&OrgUser>,
    target: Option<&TenantUser>,
) -> Vec<(&'static str, &'static str, String, Style)> {
    let (theme, glyphs) = (&app.look.theme, &app.look.glyphs);
    let [agrees, nearly, contradicts] = glyphs.signs;
    let mut out = Vec::new();
    for warning in &candidate.warnings {
        let (sign, style) = match warning.kind {
            WarningKind::NameContradicts
            | WarningKind::Disabled
            | WarningKind::Deleted
            | WarningKind::AlreadyInOrganization
            | WarningKind::ClaimedTwice => (contradicts, theme.bad),
            _ => (glyphs.bang, theme.caution),
        };
        out.push((sign, warning_word(warning.kind), warning.detail.clone(), style));
    }
    for evidence in &candidate.evidence {
        let same_name = user.zip(target).is_some_and(|(user, target)| {
            user.display_name.to_lowercase() == target.display_name().to_lowercase()
        });
        let (sign, style) = match evidence.kind {
            kind if kind.is_address() => (agrees, theme.good),
            EvidenceKind::Name if same_name => (agrees, theme.good),
            _ => (nearly, theme.caution),
        };
        out.push((sign, evidence_word(evidence.kind), brief(evidence, same_name), style));
    }
    if candidate.evidence.is_empty() {
        out.push((contradicts, "nothing", "nothing that was read speaks for it".to_owned(), theme.bad));
    } else if !candidate.has_address_evidence() {
        out.push((contradicts, "address", "no address in common".to_owned(), theme.caution));
    }
    out
}

/// Evidence as briefly as the kind before it allows: the address itself, *identical*; else the sentence.
fn brief(evidence: &Evidence, same_name: bool) -> String {
    if evidence.kind == EvidenceKind::Name && same_name {
        return "identical".to_owned();
    }
    let address = evidence.detail.split_whitespace().find(|word| word.contains('@'));
    match address.filter(|_| evidence.kind.is_address()) {
        Some(address) => address.to_owned(),
        None => evidence.detail.clone(),
    }
}

/// A kind of evidence in a word that fits the column.
fn evidence_word(kind: EvidenceKind) -> &'static str {
    match kind {
        EvidenceKind::ProxyAddress => "proxy",
        other => other.name(),
    }
}

/// A warning in a word that fits the column.
fn warning_word(kind: WarningKind) -> &'static str {
    match kind {
        WarningKind::NameContradicts => "name",
        WarningKind::Disabled => "disabled",
        WarningKind::Deleted => "deleted",
        WarningKind::PendingInvitation => "pending",
        WarningKind::Guest => "guest",
        WarningKind::AlreadyInOrganization => "taken",
        WarningKind::ClaimedTwice => "claimed",
        WarningKind::SharedMailbox => "mailbox",
        WarningKind::Privileged => "privileged",
        WarningKind::NewerThanLastAccess => "newer",
        WarningKind::SuspiciousCharacters => "characters",
    }
}

/// What kind of account it is, in one line.
pub(super) fn account(app: &App, target: &TenantUser) -> String {
    let mut facts = vec![target.user_type.map_or("type unknown", |kind| kind.as_str()).to_lowercase()];
    facts.push(
        match (target.deleted, target.pending, target.enabled) {
            (true, _, _) => "deleted",
            (_, true, _) => "has not accepted the invitation",
            (_, _, Some(true)) => "enabled",
            (_, _, Some(false)) => "disabled",
            (_, _, None) => "enabled or not is unknown",
        }
        .to_owned(),
    );
    let other = target.mail().filter(|mail| !mail.eq_ignore_ascii_case(target.user_principal_name()));
    facts.extend(other.map(|mail| format!("mail {mail}")));
    facts.extend(target.created.map(|at| format!("created {}", at.to_zoned(TimeZone::UTC).year())));
    facts.join(&format!(" {} ", app.look.glyphs.middot))
}
