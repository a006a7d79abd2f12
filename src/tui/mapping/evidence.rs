//! What speaks for a candidate and what against: the person's side and the candidate's side by side, what differs marked.
//!
//! ```text
//!     = name     Raisa Pokrovskaya           identical
//!     ~ sign-in  raisa.p@outlook.com         raisa.pokrovskaya@contoso.com
//!     - mail     raisa.p@outlook.com         none
//!       account                              member, enabled, created 2019
//! ```
//!
//! The sign says it all without a colour: `=` agrees, `~` nearly, `≠` does not, `-` is missing on one side, `?` cannot be
//! compared, `!` is a warning. What speaks against a candidate comes first. What is the same stands there once: nobody has to
//! compare it, and it is half the bytes on the wire. Where the pane is too narrow for two columns one side stands above the
//! other.

use jiff::tz::TimeZone;
use ratatui::style::Style;

use crate::domain::matching::fold::{address_key, local_part};
use crate::domain::people::OrgUser;
use crate::domain::{Candidate, Evidence, EvidenceKind, TenantUser, WarningKind};
use crate::tui::app::App;
use crate::tui::widgets::names::shown;

use super::differences::{Stretch, differences, plain};
use super::{selected, tenant_user};

/// One thing that was compared.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) sign: &'static str,
    pub(super) kind: &'static str,
    pub(super) style: Style,
    pub(super) said: Said,
    /// Speaks against accepting; such rows come first.
    pub(super) warns: bool,
}

/// What a row says.
#[derive(Debug)]
pub(super) enum Said {
    /// The person's side, and the candidate's.
    Both(Vec<Stretch>, Vec<Stretch>),
    /// Both sides say this, letter for letter; and what else is to be said of the candidate's.
    Same(String, String),
    Words(String),
}

/// How a pair of texts stands to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Agreement {
    Same,
    Nearly,
    Differs,
    Contradicts,
    Missing,
    Unknown,
}

/// Who a candidate is, and how they compare with the selected person.
pub(super) fn compared<'a>(app: &'a App, candidate: &Candidate) -> (Option<&'a TenantUser>, Vec<Row>) {
    let target = tenant_user(app, candidate.object_id);
    let user = selected(app).map(|(user, _)| user);
    (target, rows(app, candidate, user, target))
}

/// Everything that was compared, what speaks against the candidate first.
pub(super) fn rows(
    app: &App,
    candidate: &Candidate,
    user: Option<&OrgUser>,
    target: Option<&TenantUser>,
) -> Vec<Row> {
    let mut rows = Vec::new();
    let both = user.zip(target);
    warnings(app, candidate, both.is_some(), &mut rows);
    if let Some((user, target)) = both {
        rows.push(name(app, candidate, user, target));
        addresses(app, candidate, user, target, &mut rows);
        rows.push(account(app, target));
    }
    rest(app, candidate, both, &mut rows);
    // What speaks against it comes first; the rest keeps its place, so that the eye finds it.
    rows.sort_by_key(|row| !row.warns);
    rows
}

fn pair(app: &App, kind: &'static str, agreement: Agreement, own: &str, theirs: &str) -> Row {
    let (theme, glyphs) = (&app.look.theme, &app.look.glyphs);
    let [same, nearly, differs] = glyphs.signs;
    let (sign, style) = match agreement {
        Agreement::Same => (same, theme.good),
        Agreement::Nearly => (nearly, theme.caution),
        Agreement::Differs => (differs, theme.caution),
        Agreement::Contradicts => (differs, theme.bad),
        Agreement::Missing => (glyphs.dash, theme.dim),
        Agreement::Unknown => (glyphs.question, theme.caution),
    };
    let said = match agreement {
        Agreement::Nearly | Agreement::Contradicts => {
            let (own, theirs) = differences(own, theirs);
            Said::Both(own, theirs)
        }
        Agreement::Same if own == theirs => Said::Same(own.to_owned(), String::new()),
        _ => Said::Both(plain(own), plain(theirs)),
    };
    Row { sign, kind, style, said, warns: agreement == Agreement::Contradicts }
}

fn words(sign: &'static str, kind: &'static str, style: Style, words: String, warns: bool) -> Row {
    Row { sign, kind, style, said: Said::Words(words), warns }
}

/// Warnings in words, but for what the rows show anyway.
fn warnings(app: &App, candidate: &Candidate, compared: bool, rows: &mut Vec<Row>) {
    let (theme, glyphs) = (&app.look.theme, &app.look.glyphs);
    for warning in &candidate.warnings {
        if compared && warning.kind == WarningKind::NameContradicts {
            continue;
        }
        let (sign, style) = match warning.kind {
            WarningKind::NameContradicts
            | WarningKind::Disabled
            | WarningKind::Deleted
            | WarningKind::AlreadyInOrganization
            | WarningKind::ClaimedTwice => (glyphs.signs[2], theme.bad),
            _ => (glyphs.bang, theme.caution),
        };
        rows.push(words(sign, warning_word(warning.kind), style, warning.detail.clone(), true));
    }
}

fn name(app: &App, candidate: &Candidate, user: &OrgUser, target: &TenantUser) -> Row {
    let (own, theirs) = (user.display_name.trim(), target.display_name().trim());
    let contradicts = candidate.warnings.iter().any(|warning| warning.kind == WarningKind::NameContradicts);
    let agrees = candidate.evidence.iter().any(|evidence| evidence.kind == EvidenceKind::Name);
    let agreement = if own.is_empty() || theirs.is_empty() {
        Agreement::Missing
    } else if own.to_lowercase() == theirs.to_lowercase() {
        Agreement::Same
    } else if contradicts {
        Agreement::Contradicts
    } else if agrees {
        Agreement::Nearly
    } else {
        Agreement::Unknown
    };
    pair(app, "name", agreement, &shown(own, "name"), &shown(theirs, "name"))
}

/// Addresses that agree, each with what it is on the other side; where none does, the sign-in addresses.
fn addresses(app: &App, candidate: &Candidate, user: &OrgUser, target: &TenantUser, rows: &mut Vec<Row>) {
    let mut same: Vec<(EvidenceKind, String, Vec<&'static str>)> = Vec::new();
    for evidence in candidate.evidence.iter().filter(|evidence| evidence.kind.is_address()) {
        let address = address_in(evidence);
        match same.iter_mut().find(|(_, known, _)| *known == address) {
            Some((_, _, also)) => also.push(evidence_word(evidence.kind)),
            None => same.push((evidence.kind, address, Vec::new())),
        }
    }
    for (kind, address, also) in &same {
        let mut row = pair(app, evidence_word(*kind), Agreement::Same, address, address);
        if let (Said::Same(_, more), [_, ..]) = (&mut row.said, also.as_slice()) {
            *more = format!(" ({})", also.join(", "));
        }
        rows.push(row);
    }
    let theirs = target.decoded_guest_address().unwrap_or_else(|| target.user_principal_name().to_owned());
    if same.is_empty() {
        let nearly = candidate
            .evidence
            .iter()
            .any(|evidence| matches!(evidence.kind, EvidenceKind::LocalPart | EvidenceKind::Alias));
        let agreement = if nearly { Agreement::Nearly } else { Agreement::Differs };
        rows.push(pair(
            app,
            "sign-in",
            agreement,
            &shown(&user.principal_name, "address"),
            &shown(&theirs, "address"),
        ));
    }
    // The mail addresses where they say anything that did not stand there.
    let own_mail = user.mail.as_deref().filter(|mail| address_key(mail) != address_key(&user.principal_name));
    let their_mail = target.mail().filter(|mail| address_key(mail) != address_key(&theirs));
    let stands = |mail: &str| same.iter().any(|(_, known, _)| *known == address_key(mail));
    if own_mail.or(their_mail).is_none() || own_mail.is_some_and(stands) || their_mail.is_some_and(stands) {
        return;
    }
    let (own, theirs) = (user.mail.as_deref(), target.mail());
    let agreement = if own.is_some() && theirs.is_some() { Agreement::Differs } else { Agreement::Missing };
    let none = |mail: Option<&str>| {
        mail.map_or_else(|| "none".to_owned(), |mail| shown(mail, "address").into_owned())
    };
    rows.push(pair(app, "mail", agreement, &none(own), &none(theirs)));
}

/// Evidence that no row shows yet.
fn rest(app: &App, candidate: &Candidate, both: Option<(&OrgUser, &TenantUser)>, rows: &mut Vec<Row>) {
    let (theme, glyphs) = (&app.look.theme, &app.look.glyphs);
    let [same, nearly, differs] = glyphs.signs;
    let has_address = candidate.has_address_evidence();
    for evidence in &candidate.evidence {
        let stands = both.is_some_and(|(_, target)| match evidence.kind {
            kind if kind.is_address() => true,
            EvidenceKind::Name => true,
            // Both local parts stand in the row of the sign-in addresses, unless it is another one, or the name.
            EvidenceKind::LocalPart if !has_address => {
                let upn = target.user_principal_name();
                let decoded = target.decoded_guest_address();
                let local = local_part(decoded.as_deref().unwrap_or(upn)).to_lowercase();
                let ends = format!(" {local}");
                evidence.detail.ends_with(&ends) || evidence.detail.starts_with(&format!("{local} stands"))
            }
            _ => false,
        });
        if !stands {
            let (sign, style) =
                if evidence.kind.is_address() { (same, theme.good) } else { (nearly, theme.caution) };
            rows.push(words(sign, evidence_word(evidence.kind), style, evidence.detail.clone(), false));
        }
    }
    if candidate.evidence.is_empty() {
        rows.push(words(
            differs,
            "nothing",
            theme.bad,
            "nothing that was read speaks for it".to_owned(),
            false,
        ));
    } else if both.is_none() && !has_address {
        rows.push(words(differs, "address", theme.caution, "no address in common".to_owned(), false));
    }
}

/// The address of an evidence, which stands in its sentence.
fn address_in(evidence: &Evidence) -> String {
    let found = evidence.detail.split_whitespace().find(|word| word.contains('@'));
    found.unwrap_or(&evidence.detail).to_owned()
}

/// A kind of evidence in a word that fits the column.
fn evidence_word(kind: EvidenceKind) -> &'static str {
    match kind {
        EvidenceKind::OtherMail => "other",
        EvidenceKind::ProxyAddress => "proxy",
        EvidenceKind::GuestUpn => "guest",
        EvidenceKind::LocalPart => "login",
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
        WarningKind::Privileged => "admin",
        WarningKind::NewerThanLastAccess => "newer",
        WarningKind::SuspiciousCharacters => "hidden",
    }
}

/// What kind of account it is. No agreement; what is known about the person's stands above the candidates.
fn account(app: &App, target: &TenantUser) -> Row {
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
    facts.extend(target.created.map(|at| format!("created {}", at.to_zoned(TimeZone::UTC).year())));
    let said = Said::Both(Vec::new(), plain(&facts.join(", ")));
    Row { sign: " ", kind: "account", style: app.look.theme.dim, said, warns: false }
}
