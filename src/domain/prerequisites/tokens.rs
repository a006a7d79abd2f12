//! `ssh-keys-cleared` and `tokens-inventory`: what people must make anew. Read only on request.

use jiff::Timestamp;
use jiff::civil::date;
use jiff::tz::TimeZone;

use super::Findings;
use super::finding::{self, Finding, one_or, people};
use super::lookup;
use crate::domain::facts::{PersonTokens, TokenInventory};
use crate::domain::ids::StorageKey;
use crate::domain::text::clean;

/// `ssh-keys-cleared`.
pub(super) fn ssh_keys(findings: &Findings<'_>) -> Finding {
    let remedy = "Open a Support case that asks to clear SSH keys before the switch; the stated lead times differ, so ask days \
                  ahead. People add their keys again afterwards. Tick this when Support has confirmed.";
    let Some(inventory) = findings.facts.tokens.get() else {
        let found =
            finding::manual("Whose keys exist was not read (T in the dashboard reads them)").remedy(remedy);
        return match findings.facts.tokens.problem.as_deref() {
            Some(problem) => found.line(clean(&problem.headline()).into_owned()),
            None => found,
        };
    };
    let lines = with_any(inventory, findings, |tokens| {
        (tokens.ssh_keys > 0)
            .then(|| format!("{} SSH {}", tokens.ssh_keys, one_or(tokens.ssh_keys as usize, "key", "keys")))
    });
    if lines.is_empty() && everybody_read(inventory, findings) {
        return finding::pass("Nobody has SSH keys");
    }
    finding::manual(format!(
        "{} {} SSH keys{}",
        people(lines.len()),
        one_or(lines.len(), "has", "have"),
        if everybody_read(inventory, findings) { "" } else { ", as far as they were read" }
    ))
    .evidence(lines)
    .evidence(not_read(inventory, findings))
    .remedy(remedy)
}

/// `tokens-inventory`.
pub(super) fn inventory(findings: &Findings<'_>) -> Finding {
    let aged = &findings.facts.tokens;
    let Some(inventory) = aged.get() else {
        let found = finding::unread("everybody's personal access tokens", aged);
        let found = match findings.facts.own_tokens.get().and_then(|own| own_global_token(own, findings.now))
        {
            Some(warning) => found.line(warning),
            None => found,
        };
        return if aged.problem.is_none() {
            found.remedy("Press T (`check --tokens`): one call or more a person. Or tick this with a note.")
        } else {
            found
        };
    };
    let lines = with_any(inventory, findings, |tokens| {
        (tokens.access_tokens > 0).then(|| {
            let count = one_or(tokens.access_tokens as usize, "token", "tokens");
            let global = if tokens.global_tokens > 0 {
                format!(", {} of them global", tokens.global_tokens)
            } else {
                String::new()
            };
            format!("{} {count}{global}", tokens.access_tokens)
        })
    });
    let global: u32 = inventory.people.values().map(|tokens| tokens.global_tokens).sum();
    let unread = not_read(inventory, findings);
    if lines.is_empty() {
        return if everybody_read(inventory, findings) {
            finding::with_age(finding::pass("Nobody has personal access tokens"), aged)
        } else {
            finding::unknown("Not everybody's tokens could be read")
                .evidence(unread)
                .remedy("Read them again (T in the dashboard), or tick this with a note.")
        };
    }
    let found = finding::warn(format!("{} must make tokens anew", people(lines.len())))
        .evidence(lines)
        .evidence(unread);
    let found = if global > 0 { found.line(global_tokens(global, findings.now)) } else { found };
    let operator = findings.facts.operator.get().map(|operator| &operator.storage_key);
    let own = operator.and_then(|key| inventory.people.get(key)).or(findings.facts.own_tokens.get());
    let found = match own.and_then(|own| own_global_token(own, findings.now)) {
        Some(warning) => found.line(warning),
        None => found,
    };
    finding::with_age(found, aged).remedy(
        "Tell them: the announcement says how. Tokens that pipelines and agents use need an owner who makes them anew on the \
         evening.",
    )
}

/// Global tokens end on 2026-12-01 (announced by Microsoft); the sentence depends on today.
fn global_tokens(count: u32, now: Timestamp) -> String {
    let end = date(2026, 12, 1);
    let today = TimeZone::UTC.to_datetime(now).date();
    let tokens = one_or(count as usize, "token is", "tokens are");
    if today >= end {
        return format!(
            "{count} {tokens} global: those stopped working on 2026-12-01. They need one for this organization."
        );
    }
    let days = today.until(end).map_or(0, |span| span.get_days());
    format!(
        "{count} {tokens} global: those stop working on 2026-12-01, in {days} {}, switch or not. New ones must be for this \
         organization.",
        one_or(usize::try_from(days).unwrap_or(0), "day", "days")
    )
}

/// Whether a personal access token is global does not show on the token itself. But the service lists those of the account that
/// this program signs in with: one of them may be the one in use.
fn own_global_token(own: &PersonTokens, now: Timestamp) -> Option<String> {
    if own.global_tokens == 0 {
        return None;
    }
    let over = TimeZone::UTC.to_datetime(now).date() >= date(2026, 12, 1);
    let all = own.global_tokens == own.access_tokens;
    let which = if all {
        "Every token of your own account is global"
    } else {
        "Your own account has a global token too"
    };
    let then = if over {
        "has stopped working"
    } else {
        "stops working on 2026-12-01, perhaps in the middle of the work"
    };
    Some(format!(
        "{which}. If this program signs in with one, it {then}: make a token for this organization only, and use that."
    ))
}

fn with_any(
    inventory: &TokenInventory,
    findings: &Findings<'_>,
    say: impl Fn(&PersonTokens) -> Option<String>,
) -> Vec<String> {
    inventory
        .people
        .iter()
        .filter_map(|(key, tokens)| Some(format!("{}: {}", name(key, findings), say(tokens)?)))
        .collect()
}

fn not_read(inventory: &TokenInventory, findings: &Findings<'_>) -> Vec<String> {
    inventory
        .unread
        .iter()
        .map(|(key, why)| format!("{}: not read: {}", name(key, findings), clean(why)))
        .collect()
}

fn everybody_read(inventory: &TokenInventory, findings: &Findings<'_>) -> bool {
    inventory.unread.is_empty()
        && findings.roster.is_some_and(|roster| {
            roster.people().iter().all(|user| inventory.people.contains_key(&user.storage_key))
        })
}

fn name(key: &StorageKey, findings: &Findings<'_>) -> String {
    findings
        .roster
        .and_then(|roster| roster.get(key))
        .map_or_else(|| clean(key.as_str()).into_owned(), lookup::org_user_name)
}
