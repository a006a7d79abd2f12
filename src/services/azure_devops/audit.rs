//! The audit log, as far as it tells about the connection: who linked the organization to a directory, and when.
//!
//! It exists only for organizations that a directory backs, with the policy *Log audit events* on, and needs the permission
//! *View audit log*. Entries may come inside `value` (published example) or not (published description): both are read.

use jiff::Timestamp;
use serde::Deserialize;

use super::AzureDevOps;
use crate::domain::comparison::checklist::AuditEntry;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::text::named;
use crate::services::http::json::{Unreadable, from_body};
use crate::services::http::need::Need;
use crate::services::wire::lenient::{Text, flag, moment};

/// What the log says about the connection and the owner.
const ACTIONS: [&str; 5] = [
    "Organization.LinkToAAD",
    "Organization.UnlinkFromAAD",
    "Organization.Update.Owner",
    "Organization.Update.ForceUpdateOwner",
    "Organization.Update.Rename",
];

/// So many pages are read at most.
const MOST_PAGES: usize = 200;

#[derive(Deserialize)]
#[serde(untagged)]
enum Answer {
    Wrapped { value: Log },
    Plain(Log),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Log {
    decorated_audit_log_entries: Vec<Entry>,
    #[serde(default)]
    continuation_token: Text,
    #[serde(default)]
    has_more: Text,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    #[serde(default)]
    action_id: Text,
    #[serde(default)]
    timestamp: Text,
    #[serde(default, rename = "actorUPN")]
    actor_upn: Text,
    #[serde(default)]
    actor_display_name: Text,
    #[serde(default)]
    details: Text,
}

/// A page: what counts of it, and what continues it.
struct Page {
    entries: Vec<AuditEntry>,
    next: Option<String>,
}

fn page(body: &[u8]) -> Result<Page, Unreadable> {
    let log = match from_body::<Answer>(body)? {
        Answer::Wrapped { value } => value,
        Answer::Plain(log) => log,
    };
    let entries = log.decorated_audit_log_entries.into_iter().filter_map(|entry| {
        let action = entry.action_id.into_string().filter(|action| ACTIONS.contains(&action.as_str()))?;
        Some(AuditEntry {
            at: moment(entry.timestamp.as_deref())?,
            action,
            actor: named(&entry.actor_display_name.or_empty(), &entry.actor_upn.or_empty()),
            details: entry.details.or_empty().into(),
        })
    });
    let more = flag(&log.has_more) == Some(true);
    Ok(Page { entries: entries.collect(), next: log.continuation_token.into_string().filter(|_| more) })
}

impl AzureDevOps {
    /// Entries about the connection since this moment, oldest first.
    pub async fn audit_of_connection(&self, since: Timestamp) -> Result<Vec<AuditEntry>, Problem> {
        let endpoint = &self.inner.audit;
        let (since, mut token) = (since.to_string(), String::new());
        let mut found = Vec::new();
        for number in 1..=MOST_PAGES {
            let mut query = vec![
                ("startTime", since.as_str()),
                ("batchSize", "200"),
                ("skipAggregation", "true"),
                ("api-version", "7.1-preview.1"),
            ];
            if !token.is_empty() {
                query.push(("continuationToken", &token));
            }
            let url = self.url(endpoint, &["audit", "auditlog"], &query)?;
            let asked = format!("reading page {number} of the audit log of {}", self.organization());
            let call = self.get(endpoint, url, asked, Need::Audit);
            let read = self.inner.http.read(&call, page).await?.value;
            found.extend(read.entries);
            match read.next {
                Some(next) if next == token => {
                    let said = "pages repeat: the service gave the same page token again";
                    return Err(self.inner.http.problem(&call, ProblemKind::BadAnswer, said));
                }
                Some(next) => token = next,
                None => break,
            }
        }
        found.sort_by_key(|entry| entry.at);
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_shapes_are_read_and_only_what_counts_is_kept() {
        let entry = |action: &str| {
            format!(
                r#"{{"actionId":"{action}","timestamp":"2026-11-28T18:00:00.1234567+00:00","actorUPN":"jamal@contoso.com","actorDisplayName":"Jamal","details":"x"}}"#
            )
        };
        let log = format!(
            r#"{{"decoratedAuditLogEntries":[{},{}],"continuationToken":"t","hasMore":true}}"#,
            entry("Organization.LinkToAAD"),
            entry("AuditLog.AccessLog")
        );
        for body in [log.clone(), format!(r#"{{"value":{log}}}"#)] {
            let page = page(body.as_bytes()).unwrap();
            assert_eq!(page.entries.len(), 1);
            assert_eq!(page.entries[0].actor, "Jamal (jamal@contoso.com)");
            assert_eq!(page.next.as_deref(), Some("t"));
        }
        let last = log.replace("true", "false");
        assert_eq!(page(last.as_bytes()).unwrap().next, None, "a token without more is the end");
        assert!(page(b"{\"count\":0}").is_err());
    }
}
