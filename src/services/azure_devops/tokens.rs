//! Personal access tokens and SSH keys of one person, from the token administration API. The tokens themselves are never
//! returned; revoking is deliberately not here.

use std::collections::HashSet;

use serde::Deserialize;

use super::AzureDevOps;
use crate::domain::facts::{PersonTokens, TokenNote};
use crate::domain::ids::Descriptor;
use crate::domain::problem::Problem;
use crate::domain::text::clean_to;
use crate::services::http::json::Unreadable;
use crate::services::http::need::Need;
use crate::services::paging::{Batch, Continued, Listing, Pages, Raw, hash};
use crate::services::wire::lenient::{Text, flag, moment};
use crate::services::wire::page;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Session {
    #[serde(default)]
    authorization_id: Text,
    #[serde(default)]
    is_valid: Text,
    #[serde(default)]
    display_name: Text,
    #[serde(default)]
    scope: Text,
    #[serde(default)]
    valid_from: Text,
    #[serde(default)]
    valid_to: Text,
    target_accounts: Option<serde_json::Value>,
}

/// What counts of a token.
struct Counted {
    id: u64,
    valid: bool,
    note: TokenNote,
}

fn sessions(body: &[u8], raw: Raw) -> Result<Batch<Counted>, Unreadable> {
    page::parse(body, raw, |session: Session| {
        let id = session.authorization_id.as_deref().ok_or("it has no `authorizationId`")?;
        // Without accounts a token is for all organizations of its owner.
        let global = session
            .target_accounts
            .as_ref()
            .is_none_or(|accounts| accounts.is_null() || accounts.as_array().is_some_and(Vec::is_empty));
        Ok(Counted {
            id: hash(id),
            valid: flag(&session.is_valid) != Some(false),
            note: TokenNote {
                ssh: false,
                global,
                valid_from: moment(session.valid_from.as_deref()),
                valid_to: moment(session.valid_to.as_deref()),
                name: session.display_name.into_string(),
                scope: session.scope.into_string(),
            },
        })
    })
}

/// One that is on two pages counts once.
fn unique(list: Vec<Counted>) -> Vec<Counted> {
    let mut seen = HashSet::new();
    list.into_iter().filter(|one| seen.insert(one.id)).collect()
}

impl AzureDevOps {
    /// How many personal access tokens and SSH keys one person has.
    pub async fn tokens(&self, subject: &Descriptor) -> Result<PersonTokens, Problem> {
        Ok(self.tokens_one_by_one(subject).await?.0)
    }

    /// The same, with what is known about each of them that is valid: never the token itself, which no service returns.
    pub async fn tokens_one_by_one(
        &self,
        subject: &Descriptor,
    ) -> Result<(PersonTokens, Vec<TokenNote>), Problem> {
        let tokens = unique(self.sessions(subject, "false")?.all().await?.0);
        let keys = unique(self.sessions(subject, "true")?.all().await?.0);
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let valid = |list: &[Counted]| count(list.iter().filter(|one| one.valid).count());
        let counted = PersonTokens {
            access_tokens: valid(&tokens),
            global_tokens: count(tokens.iter().filter(|one| one.valid && one.note.global).count()),
            ssh_keys: valid(&keys),
        };
        // Of a key it says nothing that it names no organization.
        let keys = keys
            .into_iter()
            .map(|one| Counted { note: TokenNote { ssh: true, global: false, ..one.note }, ..one });
        let notes = tokens.into_iter().chain(keys).filter(|one| one.valid).map(|one| one.note).collect();
        Ok((counted, notes))
    }

    fn sessions(&self, subject: &Descriptor, public: &str) -> Result<Pages<Counted>, Problem> {
        let endpoint = &self.inner.identity;
        let query = [("isPublic", public), ("api-version", "7.1-preview.1")];
        let url = self.url(endpoint, &["tokenadmin", "personalaccesstokens", subject.as_str()], &query)?;
        let kind = if public == "true" { "SSH keys" } else { "personal access tokens" };
        let what = format!("the {kind} of {}", clean_to(subject.as_str(), 60));
        Ok(Pages::new(
            &self.inner.http,
            Listing {
                first: self.get(endpoint, url, format!("reading {what}"), Need::TokenAdministration),
                what,
                continued: Continued::BodyToken("continuationToken"),
                parse: sessions,
                key: |one| one.id,
                raw: Raw::Drop,
            },
        ))
    }
}
