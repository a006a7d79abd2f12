//! Changes of the tenant's users since a moment (`/users/delta`): what makes looking again cheap.
//!
//! A link tells where the changes go on; it is opaque and lives in memory only. It ends after seven days, when the service
//! moves its data, or by a fault: whatever the service says about a link that it does not take any more, the answer is
//! [`Delta::Expired`], and everybody is read anew.
//!
//! Sources: Microsoft Graph, `user: delta` and *Use delta query to track changes*; the codes that were seen beside 410 in
//! microsoft-graph-docs-contrib#9003 and microsoft-graph-docs#2350, #2877.

use std::collections::HashSet;
use std::fmt;

use reqwest::Url;

use super::Graph;
use super::users::SELECT;
use crate::domain::people::patch::DirectoryChange;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::text::clean_to;
use crate::services::http::need::Need;
use crate::services::paging::{Skipped, hash};
use crate::services::wire::delta::{self, DeltaPage};

/// Where the changes go on. Shows nothing when debugged: nobody but the service can read it.
#[derive(Clone, PartialEq, Eq)]
pub struct DeltaLink(String);

impl fmt::Debug for DeltaLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeltaLink")
    }
}

/// One round of changes, whole.
#[derive(Debug)]
pub struct DeltaRound {
    /// In the service's order. The same person may come several times, and rounds may be told again.
    pub changes: Vec<DirectoryChange>,
    /// Rows that could not be read: something changed, and nobody knows what.
    pub skipped: Vec<Skipped>,
    /// Where the next round begins.
    pub link: DeltaLink,
}

/// What came of asking for changes.
#[derive(Debug)]
pub enum Delta {
    /// These.
    Round(DeltaRound),
    /// The service does not know any more where we were. Everybody has to be read anew.
    Expired(Problem),
}

/// Whether the service means the link, and not the question.
fn is_about_the_link(problem: &Problem) -> bool {
    let code = problem.code.as_deref().unwrap_or_default();
    let named = [
        "syncStateNotFound",
        "syncStateInvalid",
        "resyncRequired",
        "fullSyncRequired",
        "Directory_ExpiredPageToken",
        // "deltaLink older than 30 days is not supported"
        "Request_UnsupportedQuery",
    ];
    match problem.status {
        Some(410) => true,
        Some(400..=499) => named.iter().any(|name| code.eq_ignore_ascii_case(name)),
        _ => false,
    }
}

impl Graph {
    /// A link from which on everything that changes will be told. Ask for it before the list is read: what changes meanwhile
    /// then comes twice, and not never.
    pub async fn delta_from_now(&self) -> Result<DeltaLink, Problem> {
        let url = self.fixed_url(&["users", "delta"], &[("$select", SELECT), ("$deltatoken", "latest")]);
        Ok(self.follow_delta(url).await?.link)
    }

    /// What changed since the link was given.
    pub async fn delta(&self, since: &DeltaLink) -> Result<Delta, Problem> {
        let asked = self.delta_asked();
        let url = self.inner.endpoint.follow(&since.0, &asked)?;
        match self.follow_delta(url).await {
            Ok(round) => Ok(Delta::Round(round)),
            Err(problem) if is_about_the_link(&problem) => Ok(Delta::Expired(problem)),
            Err(problem) => Err(problem),
        }
    }

    fn delta_asked(&self) -> String {
        format!("reading what changed among the users of {}", clean_to(&self.inner.tenant, 80))
    }

    /// All pages of a round.
    async fn follow_delta(&self, first: Url) -> Result<DeltaRound, Problem> {
        let asked = self.delta_asked();
        let most = self.inner.http.limits().pages;
        let mut call = self.get(first, asked.clone(), Need::UsersRead);
        let (mut changes, mut skipped) = (Vec::new(), Vec::new());
        let mut seen = HashSet::new();
        for _ in 0..most {
            let page: DeltaPage = self.inner.http.read(&call, delta::parse).await?.value;
            changes.extend(page.changes);
            skipped.extend(page.skipped);
            let stop = |said: &str| {
                let mut problem = self.inner.http.problem(&call, ProblemKind::BadAnswer, said);
                problem.remedy = "The whole list is read at the next occasion; `r` reads it now.".into();
                problem
            };
            match (page.next, page.delta) {
                (Some(next), _) => {
                    if !seen.insert(hash(&next)) {
                        return Err(stop("pages repeat: the service gave the same page again"));
                    }
                    call.url = self.inner.endpoint.follow(&next, &asked)?;
                }
                (None, Some(link)) => {
                    // Looked at now: a link that leads elsewhere must not be kept for later.
                    self.inner.endpoint.follow(&link, &asked)?;
                    return Ok(DeltaRound { changes, skipped, link: DeltaLink(link) });
                }
                (None, None) => {
                    return Err(stop("the last page does not say where the changes go on"));
                }
            }
        }
        let mut problem =
            self.inner.http.problem(&call, ProblemKind::BadAnswer, "the list of changes does not end");
        problem.remedy = "The whole list is read at the next occasion; `r` reads it now.".into();
        Err(problem)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::testing::{Server, json};

    const ID: &str = "b0000000-0000-4000-8000-000000000001";

    fn round(base: &str, rows: &str, link: &str) -> String {
        format!(r#"{{"value":[{rows}],"@odata.{link}":"{base}/graph/v1.0/users/delta?$deltatoken=t2"}}"#)
    }

    async fn server(answer: impl Fn(usize, &str) -> (u16, String) + Send + Sync + 'static) -> Server {
        Server::start(move |n, heard| {
            let base = format!("http://{}", heard.headers["host"]);
            let (status, body) = answer(n, &base);
            json(status, &body)
        })
        .await
    }

    #[tokio::test]
    async fn a_round_begins_now_and_goes_on_from_its_link() {
        let server = server(|n, base| match n {
            0 => (200, round(base, "", "deltaLink")),
            1 => (200, round(base, &format!(r#"{{"id":"{ID}","mail":null}}"#), "nextLink")),
            _ => (
                200,
                round(base, &format!(r#"{{"id":"{ID}","@removed":{{"reason":"deleted"}}}}"#), "deltaLink"),
            ),
        })
        .await;
        let graph = server.services().graph;
        let link = graph.delta_from_now().await.unwrap();
        let Delta::Round(round) = graph.delta(&link).await.unwrap() else { panic!() };
        assert_eq!(round.changes.len(), 2);
        assert_eq!(format!("{:?}", round.link), "DeltaLink");
        let heard = server.heard();
        assert!(heard[0].target.starts_with("/graph/v1.0/users/delta?"), "{:?}", heard[0]);
        assert!(heard[0].target.contains("deltatoken=latest") && heard[0].target.contains("proxyAddresses"));
        assert!(!heard[0].target.contains("top="), "not taken by a delta query");
        assert!(heard[1].target.ends_with("/users/delta?$deltatoken=t2"), "{:?}", heard[1]);
        assert!(heard.iter().all(|one| one.headers["authorization"] == "Bearer secret-graph"));
    }

    #[tokio::test]
    async fn a_link_that_has_ended_is_told_apart_from_a_question_that_is_refused() {
        let ended = [
            (410, "anything"),
            (410, "Directory_SyncStateNotFound"),
            (400, "Request_UnsupportedQuery"),
            (400, "resyncRequired"),
            (404, "SyncStateNotFound"),
        ];
        let refused =
            [(403, "Authorization_RequestDenied"), (400, "Request_BadRequest"), (404, "ResourceNotFound")];
        for (status, code, expired) in ended
            .map(|(status, code)| (status, code, true))
            .into_iter()
            .chain(refused.map(|(status, code)| (status, code, false)))
        {
            let server = server(move |n, base| match n {
                0 => (200, round(base, "", "deltaLink")),
                _ => (status, format!(r#"{{"error":{{"code":"{code}","message":"no"}}}}"#)),
            })
            .await;
            let graph = server.services().graph;
            let link = graph.delta_from_now().await.unwrap();
            let answer = graph.delta(&link).await;
            assert_eq!(matches!(answer, Ok(Delta::Expired(_))), expired, "{status} {code}: {answer:?}");
        }
    }

    #[tokio::test]
    async fn circles_and_foreign_links_end_in_words_and_no_token_leaves() {
        let circle = server(|_, base| (200, round(base, "", "nextLink"))).await;
        let problem = circle.services().graph.delta_from_now().await.unwrap_err();
        assert!(problem.said.contains("pages repeat"), "{problem}");
        let foreign = server(|_, _| (200, round("https://elsewhere.example", "", "deltaLink"))).await;
        let problem = foreign.services().graph.delta_from_now().await.unwrap_err();
        assert!(problem.said.contains("elsewhere.example"), "{problem}");
        let open = server(|_, _| (200, r#"{"value":[]}"#.to_owned())).await;
        let problem = open.services().graph.delta_from_now().await.unwrap_err();
        assert!(problem.said.contains("where the changes go on"), "{problem}");
    }
}
