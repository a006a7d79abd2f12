//! Listings: however they continue, and however they go wrong.

use super::{guest, parameter, person};
use crate::domain::problem::ProblemKind;
use crate::services::Raw;
use crate::services::testing::{Reply, Server, json, with};

const ODD_TOKEN: &str = "+RID:~abc==#RT:1#TRC:100#ISV:2#&x=1";

#[tokio::test]
async fn entitlements_follow_the_token_of_the_body_over_short_and_empty_pages() {
    let server = Server::start(|_, heard| match parameter(heard, "continuationToken").as_deref() {
        None => json(
            200,
            &format!(
                r#"{{"items":[{},{}],"continuationToken":"{ODD_TOKEN}","totalCount":3}}"#,
                person(1),
                person(2)
            ),
        ),
        Some(ODD_TOKEN) => json(200, r#"{"items":[],"continuationToken":"two"}"#),
        Some("two") => {
            json(200, &format!(r#"{{"members":[{},{}],"continuationToken":null}}"#, person(2), person(3)))
        }
        other => json(500, &format!("\"{other:?}\"")),
    })
    .await;
    let mut pages = server.services().azure_devops.users(Raw::Keep);
    let (mut names, mut raw, mut last) = (vec![], vec![], None);
    while let Some(page) = pages.next().await.unwrap() {
        names.extend(page.items.iter().map(|user| user.display_name.to_string()));
        raw.extend(page.raw.iter().map(|row| row.get().to_owned()));
        last = Some(page.progress);
    }
    assert_eq!(names, ["P1", "P2", "P2", "P3"]);
    assert_eq!(raw, [person(1), person(2), person(2), person(3)], "the service's own objects, unchanged");
    let last = last.unwrap();
    assert_eq!(
        (last.pages, last.items, last.repeated, last.total),
        (3, 3, 1, Some(3)),
        "seen twice counts once"
    );
    assert!(
        server.heard()[1].target.contains("continuationToken=%2BRID%3A~abc%3D%3D%23RT"),
        "{}",
        server.heard()[1].target
    );
    assert!(pages.next().await.unwrap().is_none());
}

#[tokio::test]
async fn graph_users_follow_the_token_of_the_header() {
    let server = Server::start(|_, heard| match parameter(heard, "continuationToken").as_deref() {
        None => with(200, &[("X-MS-ContinuationToken", "a+b"), ("content-type", "application/json")], r#"{"count":0,"value":[]}"#),
        Some("a+b") => json(200, r#"{"value":[{"descriptor":"msa.x","principalName":"x@fabrikam.example","origin":"msa"},{"displayName":"no descriptor"}]}"#),
        _ => json(500, ""),
    })
    .await;
    let (users, skipped) =
        server.services().azure_devops.graph_users(&["msa", "aad"], Raw::Drop).all().await.unwrap();
    assert_eq!(users[0].principal_name, "x@fabrikam.example");
    assert_eq!((users.len(), skipped.len()), (1, 1));
    assert_eq!(parameter(&server.heard()[1], "subjectTypes").as_deref(), Some("msa,aad"));
    assert_eq!(parameter(&server.heard()[1], "api-version").as_deref(), Some("7.1-preview.1"));
}

#[tokio::test]
async fn repeated_tokens_stop_with_words_after_the_pages_were_handed_out() {
    // A token that repeats, and two that alternate.
    for period in [1, 2] {
        let server = Server::start(move |n, _| {
            json(200, &format!(r#"{{"items":[{}],"continuationToken":"t{}"}}"#, person(n), n % period))
        })
        .await;
        let mut pages = server.services().azure_devops.users(Raw::Drop);
        let mut count = 0;
        let problem = loop {
            match pages.next().await {
                Ok(page) => count += page.unwrap().items.len(),
                Err(problem) => break problem,
            }
        };
        assert_eq!(count, period + 1);
        assert_eq!(problem.kind, ProblemKind::BadAnswer);
        assert!(problem.said.contains(&format!("pages repeat at page {}", period + 1)), "{problem}");
        assert_eq!(pages.next().await.unwrap_err(), problem, "it stays stopped");
        assert_eq!(server.heard().len(), period + 1);
    }
}

#[tokio::test]
async fn listings_without_an_end_stop() {
    let server = Server::start(|n, _| {
        json(200, &format!(r#"{{"items":[{}],"continuationToken":"t{n}"}}"#, person(n)))
    })
    .await;
    let mut settings = server.settings();
    settings.limits.pages = 7;
    let problem = server.services_with(settings).azure_devops.users(Raw::Drop).all().await.unwrap_err();
    assert!(problem.said.contains("does not end: 7 pages"), "{problem}");
    let server =
        Server::start(|n, _| json(200, &format!(r#"{{"items":[],"continuationToken":"t{n}"}}"#))).await;
    let mut settings = server.settings();
    settings.limits.idle_pages = 5;
    let problem = server.services_with(settings).azure_devops.users(Raw::Drop).all().await.unwrap_err();
    assert!(problem.said.contains("brought nothing new"), "{problem}");
    assert_eq!(server.heard().len(), 5);
}

#[tokio::test]
async fn the_tenants_users_follow_the_link_as_it_is_and_only_to_graph() {
    let other = Server::start(|_, _| json(200, r#"{"value":[]}"#)).await;
    for (place, fine) in [("own", true), ("foreign", false), ("devops", false)] {
        let foreign = other.base.clone();
        let server = Server::start(move |n, heard| {
            let own = format!("http://{}", heard.headers["host"]);
            let next = match place {
                "own" => format!("{own}/graph/v1.0/users?%24skiptoken=RFNwd%2BAAA&odd=%7e"),
                "foreign" => format!("{foreign}/graph/v1.0/users?$skiptoken=x"),
                _ => format!("{own}/vssps/users?$skiptoken=x"),
            };
            let next = if n == 0 { format!(r#","@odata.nextLink":"{next}""#) } else { String::new() };
            json(200, &format!(r#"{{"value":[{}]{next}}}"#, guest(n)))
        })
        .await;
        let mut pages = server.services().graph.users(Raw::Drop);
        assert_eq!(pages.next().await.unwrap().unwrap().items.len(), 1);
        let second = pages.next().await;
        if fine {
            assert_eq!(second.unwrap().unwrap().progress.items, 2);
            let heard = server.heard();
            assert_eq!(heard[1].target, "/graph/v1.0/users?%24skiptoken=RFNwd%2BAAA&odd=%7e", "verbatim");
            assert!(heard[0].target.contains("$top=999") && heard[0].target.contains("proxyAddresses"));
            assert_eq!(heard[0].headers["authorization"], "Bearer secret-graph");
            let ids: std::collections::BTreeSet<_> =
                heard.iter().map(|h| h.headers["client-request-id"].clone()).collect();
            assert_eq!(ids.len(), 2);
        } else {
            let problem = second.unwrap_err();
            assert_eq!(problem.kind, ProblemKind::BadAnswer);
            assert!(problem.said.contains("next page leads to"), "{problem}");
            assert_eq!(server.heard().len(), 1);
        }
    }
    assert!(other.heard().is_empty(), "nothing, and so no token, went elsewhere");
}

#[tokio::test]
async fn an_expired_page_token_begins_the_listing_again() {
    let expired = r#"{"error":{"code":"Directory_ExpiredPageToken","message":"expired"}}"#;
    let server = Server::start(move |n, heard| {
        let next = format!("http://{}/graph/v1.0/users?$skiptoken=s{n}", heard.headers["host"]);
        match n {
            0 | 2 => json(200, &format!(r#"{{"value":[{}],"@odata.nextLink":"{next}"}}"#, guest(n))),
            1 => json(400, expired),
            _ => json(200, &format!(r#"{{"value":[{}]}}"#, guest(9))),
        }
    })
    .await;
    let mut pages = server.services().graph.users(Raw::Drop);
    assert!(!pages.next().await.unwrap().unwrap().restarted);
    let again = pages.next().await.unwrap().unwrap();
    assert!(again.restarted);
    assert_eq!((again.progress.restarts, again.progress.items, again.progress.pages), (1, 1, 1));
    assert!(!pages.next().await.unwrap().unwrap().restarted);
    assert_eq!(pages.progress().items, 2);

    let server = Server::start(move |n, heard| {
        let next = format!("http://{}/graph/v1.0/users?$skiptoken=s{n}", heard.headers["host"]);
        if n % 2 == 0 {
            json(200, &format!(r#"{{"value":[],"@odata.nextLink":"{next}"}}"#))
        } else {
            json(400, expired)
        }
    })
    .await;
    let problem = server.services().graph.users(Raw::Drop).all().await.unwrap_err();
    assert_eq!(problem.code.as_deref(), Some("Directory_ExpiredPageToken"));
    assert_eq!(server.heard().len(), 12, "five times, then no more");
}

#[tokio::test]
async fn a_large_page_is_read_too() {
    let rows: Vec<String> =
        (0..999).map(|n| guest(n).replace("\"T", &format!("\"{}T", "x".repeat(300)))).collect();
    let body = format!(r#"{{"value":[{}]}}"#, rows.join(","));
    assert!(body.len() > 300_000);
    let server = Server::start(move |_, _| json(200, &body)).await;
    assert_eq!(server.services().graph.users(Raw::Drop).all().await.unwrap().0.len(), 999);
}

#[tokio::test]
async fn half_of_everything_failing_loses_and_doubles_nothing() {
    let server = Server::start(|n, heard| {
        if n % 2 == 1 {
            return if n % 4 == 1 {
                json(502, "<html>bad gateway</html>")
            } else {
                Reply::Reset(b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{\"items\":[".to_vec())
            };
        }
        let page: usize = parameter(heard, "continuationToken").and_then(|t| t.parse().ok()).unwrap_or(0);
        let next = if page < 20 { format!("\"{}\"", page + 1) } else { "null".into() };
        json(
            200,
            &format!(
                r#"{{"items":[{},{}],"continuationToken":{next}}}"#,
                person(page * 2),
                person(page * 2 + 1)
            ),
        )
    })
    .await;
    let (users, _) = server.services().azure_devops.users(Raw::Drop).all().await.unwrap();
    let keys: std::collections::BTreeSet<_> = users.iter().map(|user| user.storage_key.clone()).collect();
    assert_eq!((users.len(), keys.len()), (42, 42));
}
