//! The room as a whole, against a service that plays a script.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::domain::ids::{Descriptor, ObjectId, StorageKey};
use crate::domain::problem::{Problem, ProblemKind, Service};
use crate::services::testing::{Reply, Server, bytes, json, with};
use crate::services::{Raw, Traffic};

const ROW: &str = r#"{"id":"a0000000-0000-4000-8000-000000000001","user":{"displayName":"Ada"}}"#;
const TARGET: &str = "b0000000-0000-4000-8000-000000000001";

fn page() -> String {
    format!(r#"{{"items":[{ROW}],"continuationToken":null}}"#)
}

async fn read(server: &Server) -> Result<usize, Problem> {
    server.services().azure_devops.users(Raw::Drop).all().await.map(|(users, _)| users.len())
}

async fn map(server: &Server) -> Result<u16, Problem> {
    let target: ObjectId = TARGET.parse().unwrap();
    server
        .services()
        .azure_devops
        .map(&Descriptor::new("msa.abc"), target, None)
        .await
        .map(|taken| taken.status)
}

#[tokio::test]
async fn what_is_sent() {
    let server = Server::start(|_, _| json(200, &page())).await;
    assert_eq!(read(&server).await.unwrap(), 1);
    let heard = server.heard();
    assert_eq!(heard[0].target, "/vsaex/fabrikam/_apis/userentitlements?api-version=7.1");
    assert_eq!(heard[0].headers["authorization"], format!("Basic {}", STANDARD.encode(":secret-pat")));
    assert_eq!(heard[0].headers["x-tfs-fedauthredirect"], "Suppress");
    assert_eq!(heard[0].headers["accept"], "application/json");
    assert!(heard[0].headers["user-agent"].starts_with("ado2entra/"));
    assert!(heard[0].headers["accept-encoding"].contains("gzip"));
}

#[tokio::test]
async fn a_read_is_repeated_on_passing_failures() {
    for status in [408, 429, 500, 502, 503, 504] {
        let server =
            Server::start(move |n, _| if n < 3 { json(status, "{}") } else { json(200, &page()) }).await;
        assert_eq!(read(&server).await.unwrap(), 1, "{status}");
        assert_eq!(server.heard().len(), 4, "{status}");
    }
    for status in [400, 403, 404, 409, 501] {
        let server = Server::start(move |_, _| json(status, "{}")).await;
        assert!(read(&server).await.is_err(), "{status}");
        assert_eq!(server.heard().len(), 1, "{status} does not pass");
    }
}

#[tokio::test]
async fn it_ends_after_eight_tries() {
    let body = r#"{"message":"TF400898: An Internal Error Occurred. Activity Id: 7.","typeKey":"X"}"#;
    let server = Server::start(move |_, _| {
        with(500, &[("content-type", "application/json"), ("ActivityId", "act-7")], body)
    })
    .await;
    let problem = read(&server).await.unwrap_err();
    assert_eq!((problem.kind, problem.status), (ProblemKind::ServiceFailing, Some(500)));
    assert_eq!(server.heard().len(), 8);
    assert_eq!(problem.code.as_deref(), Some("TF400898"));
    assert_eq!(problem.activity_id.as_deref(), Some("act-7"));
    assert!(problem.said.ends_with("(after 8 tries)"), "{problem}");
    assert!(problem.remedy.contains("Support"), "{problem}");
}

#[tokio::test]
async fn broken_connections_and_cut_bodies_are_read_again_and_nothing_is_lost() {
    let whole = bytes(200, &[("content-type", "application/json")], page().as_bytes());
    let head = whole.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    for cut in [0, 5, head + 4, head + 10, whole.len() - 1] {
        for reset in [false, true] {
            let part = whole[..cut].to_vec();
            let server = Server::start(move |n, _| match (n, reset) {
                (0 | 1, true) => Reply::Reset(part.clone()),
                (0 | 1, false) => Reply::Bytes(part.clone()),
                _ => json(200, &page()),
            })
            .await;
            assert_eq!(read(&server).await.unwrap(), 1, "cut at {cut}, reset {reset}");
            assert_eq!(server.heard().len(), 3);
        }
    }
}

#[tokio::test]
async fn retry_after_is_kept_by_reads() {
    let server = Server::start(|n, _| match n {
        0 => with(429, &[("retry-after", "1")], ""),
        1 => with(503, &[("x-ms-retry-after-ms", "150")], ""),
        _ => json(200, &page()),
    })
    .await;
    read(&server).await.unwrap();
    let heard = server.heard();
    assert!(heard[1].at - heard[0].at >= Duration::from_secs(1));
    assert!(heard[2].at - heard[1].at >= Duration::from_millis(150));
    let waits =
        server.traffic.lock().unwrap().iter().filter(|one| matches!(one, Traffic::Waiting { .. })).count();
    assert_eq!(waits, 2);
}

#[tokio::test]
async fn garbage_in_retry_after_means_back_off() {
    let server = Server::start(|n, _| match n {
        0 => with(429, &[("retry-after", "a while")], ""),
        1 => with(429, &[("retry-after", "-3")], ""),
        _ => json(200, &page()),
    })
    .await;
    // A wait that is too long to be made would be an error.
    read(&server).await.unwrap();
    assert_eq!(server.heard().len(), 3);
}

#[tokio::test]
async fn an_absurd_wait_is_told_and_not_made() {
    for value in ["315360000", "Thu, 01 Jan 2037 00:00:00 GMT"] {
        let server = Server::start(move |_, _| with(429, &[("retry-after", value)], "")).await;
        let services = server.services();
        let problem = services.azure_devops.users(Raw::Drop).all().await.unwrap_err();
        assert_eq!(problem.kind, ProblemKind::Throttled);
        assert!(problem.retry_at.is_some() && problem.remedy.contains("asks to wait until"), "{problem}");
        // The window is closed: the next one does not even ask. Other services are.
        let again = services.azure_devops.users(Raw::Drop).all().await.unwrap_err();
        assert_eq!((again.kind, server.heard().len()), (ProblemKind::Throttled, 1));
        services.graph.me().await.unwrap_err();
        assert_eq!(server.heard().len(), 2);
    }
}

#[tokio::test]
async fn a_good_answer_may_close_the_window_too() {
    for header in [("retry-after-ms", "300"), ("x-ratelimit-remaining", "0")] {
        let server = Server::start(move |n, _| {
            let body = if n == 0 { page().replace("null", "\"more\"") } else { page() };
            with(200, &[("content-type", "application/json"), header, ("x-ratelimit-limit", "200")], &body)
        })
        .await;
        let mut settings = server.settings();
        settings.limits.backoff_first = Duration::from_millis(300);
        server.services_with(settings).azure_devops.users(Raw::Drop).all().await.unwrap();
        let heard = server.heard();
        assert!(heard[1].at - heard[0].at >= Duration::from_millis(300), "{header:?}");
        let traffic = server.traffic.lock().unwrap();
        assert!(
            traffic
                .iter()
                .any(|one| matches!(one, Traffic::Budget { budget, .. } if budget.limit == Some(200.0)))
        );
    }
}

#[tokio::test]
async fn silence_is_noticed_and_a_slow_body_is_not_cut() {
    let whole = bytes(200, &[("content-type", "application/json")], page().as_bytes());
    let (part, dripped) = (whole[..whole.len() - 5].to_vec(), whole.clone());
    let server = Server::start(move |n, _| match n {
        0 => Reply::Silence(vec![]),
        1 => Reply::Silence(part.clone()),
        _ => Reply::Drip(dripped.clone(), Duration::from_millis(3)),
    })
    .await;
    let mut settings = server.settings();
    settings.limits.connect = Duration::from_secs(5);
    settings.limits.first_byte = Duration::from_secs(2);
    settings.limits.between_bytes = Duration::from_secs(1);
    let users = server.services_with(settings).azure_devops.users(Raw::Drop).all().await.unwrap();
    assert_eq!((users.0.len(), server.heard().len()), (1, 3));
}

#[tokio::test]
async fn a_page_has_an_end_even_if_it_keeps_flowing() {
    let endless = bytes(200, &[("content-type", "application/json")], " ".repeat(100_000).as_bytes());
    let server = Server::start(move |_, _| Reply::Drip(endless.clone(), Duration::from_millis(5))).await;
    let mut settings = server.settings();
    settings.limits.page = Duration::from_millis(300);
    settings.limits.tries = 1;
    let problem = server.services_with(settings).azure_devops.users(Raw::Drop).all().await.unwrap_err();
    assert_eq!(problem.kind, ProblemKind::Unreachable);
    assert!(problem.said.contains("not whole"), "{problem}");
}

/// 512 KiB of blanks, zipped.
const BOMB: &str = "H4sIAAAAAAAC/+3BgQAAAADDIJX5U97gBFUBAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAfAMHXGqZAAAIAA==";

#[tokio::test]
async fn a_body_is_capped_after_unzipping_and_before_it_is_read() {
    let zipped = STANDARD.decode(BOMB).unwrap();
    assert!(zipped.len() < 1024);
    let headers = [("content-type", "application/json"), ("content-encoding", "gzip")];
    let bomb = bytes(200, &headers, &zipped);
    let declared =
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 999999999\r\n\r\n{".to_vec();
    for (reply, what) in [(bomb, "unzipped"), (declared, "declared")] {
        let server = Server::start(move |_, _| Reply::Silence(reply.clone())).await;
        let mut settings = server.settings();
        settings.limits.body = 256 * 1024;
        let problem = server.services_with(settings).azure_devops.users(Raw::Drop).all().await.unwrap_err();
        assert_eq!(problem.kind, ProblemKind::BadAnswer, "{what}");
        assert!(problem.said.contains("larger than"), "{problem}");
        assert_eq!(server.heard().len(), 1, "asking again would not help");
    }
}

#[tokio::test]
async fn sign_in_pages_are_never_taken_for_data() {
    let html = "<!DOCTYPE html><html><title>Sign In</title><script>evil()</script></html>";
    for status in [200, 203, 401, 302] {
        for kind in ["text/html; charset=utf-8", "application/json"] {
            let headers =
                [("content-type", kind), ("location", "https://app.vssps.visualstudio.com/_signin?x=1")];
            let reply = bytes(status, &headers, html.as_bytes());
            let server = Server::start(move |_, _| Reply::Bytes(reply.clone())).await;
            let problem = read(&server).await.unwrap_err();
            assert_eq!(problem.kind, ProblemKind::NotSignedIn, "{status} {kind}");
            let text = problem.to_string();
            assert!(!text.contains("evil") && !text.contains('<'), "{text}");
            for part in ["PAT", "credentials.azure_devops", "Member Entitlement Management (Read)", "expired"]
            {
                assert!(text.contains(part), "{part}: {text}");
            }
            let tries = if status == 200 { 2 } else { 1 };
            assert_eq!(server.heard().len(), tries, "no redirect is followed, {status} {kind}");
        }
    }
}

#[tokio::test]
async fn a_redirect_elsewhere_is_not_followed_either() {
    let other = Server::start(|_, _| json(200, &page())).await;
    let location = format!("{}/vsaex/fabrikam/_apis/userentitlements?secret=1", other.base);
    let reply = bytes(307, &[("location", &location)], b"");
    let server = Server::start(move |_, _| Reply::Bytes(reply.clone())).await;
    let problem = read(&server).await.unwrap_err();
    assert_eq!(problem.kind, ProblemKind::BadAnswer);
    assert!(
        problem.said.contains("redirects are not followed") && !problem.said.contains("secret"),
        "{problem}"
    );
    assert!(other.heard().is_empty());
}

#[tokio::test]
async fn a_byte_order_mark_is_nothing_and_another_type_is_an_error() {
    let server = Server::start(|_, _| json(200, &format!("\u{FEFF}{}", page()))).await;
    assert_eq!(read(&server).await.unwrap(), 1);
    let server = Server::start(|_, _| with(200, &[("content-type", "text/csv")], "a,b")).await;
    let problem = read(&server).await.unwrap_err();
    assert!(problem.said.contains("`text/csv`"), "{problem}");
    for (body, part, tries) in [
        (page().get(..20).unwrap(), "at byte 20", 6),
        ("", "it is empty", 3),
        ("{}", "no list", 3),
        ("nonsense", "at byte", 3),
    ] {
        let body = body.to_owned();
        let server = Server::start(move |_, _| json(200, &body)).await;
        let problem = read(&server).await.unwrap_err();
        assert_eq!(problem.kind, ProblemKind::BadAnswer);
        assert!(
            problem.said.contains(part) && problem.said.contains("/fabrikam/_apis/userentitlements"),
            "{problem}"
        );
        assert_eq!(server.heard().len(), tries, "asked again, within bounds");
    }
}

#[tokio::test]
async fn a_write_without_an_answer_is_unknown_and_never_sent_again() {
    let cut = bytes(200, &[("content-type", "application/json")], b"{\"a\":1}");
    let half = cut[..cut.len() - 3].to_vec();
    for n in 0..4 {
        let half = half.clone();
        let server = Server::start(move |_, _| match n {
            0 => Reply::Reset(vec![]),
            1 => Reply::Bytes(vec![]),
            2 => Reply::Silence(vec![]),
            _ => Reply::Bytes(half.clone()),
        })
        .await;
        let mut settings = server.settings();
        settings.limits.connect = Duration::from_secs(5);
        settings.limits.first_byte = Duration::from_secs(1);
        let services = server.services_with(settings);
        let problem = services
            .azure_devops
            .map(&Descriptor::new("msa.abc"), TARGET.parse().unwrap(), None)
            .await
            .unwrap_err();
        assert_eq!(problem.kind, ProblemKind::OutcomeUnknown, "{n}: {problem}");
        assert!(problem.remedy.contains("Read it back"), "{problem}");
        assert_eq!(server.heard().len(), 1, "{n}");
    }
    for status in [408, 500, 502, 503, 504] {
        let server = Server::start(move |_, _| json(status, "{}")).await;
        assert_eq!(map(&server).await.unwrap_err().kind, ProblemKind::OutcomeUnknown, "{status}");
        assert_eq!(server.heard().len(), 1, "{status}");
    }
}

#[tokio::test]
async fn a_write_that_was_put_off_may_come_again_later() {
    for (status, header) in
        [(429, ("retry-after", "30")), (503, ("retry-after", "30")), (429, ("x-other", "1"))]
    {
        let server = Server::start(move |_, _| with(status, &[header], "")).await;
        let problem = map(&server).await.unwrap_err();
        assert_eq!(problem.kind, ProblemKind::Throttled, "{status}");
        assert!(problem.retry_at.is_some());
        assert_eq!(server.heard().len(), 1);
    }
}

#[tokio::test]
async fn a_write_is_sent_as_the_reference_says() {
    let server = Server::start(|_, heard| match heard.method.as_str() {
        "PATCH" => with(201, &[("location", "/x"), ("activityid", "act-1")], ""),
        _ => with(204, &[], ""),
    })
    .await;
    let services = server.services();
    let person = Descriptor::new("msa.abc");
    let taken = services.azure_devops.map(&person, TARGET.parse().unwrap(), None).await.unwrap();
    assert_eq!((taken.status, taken.activity_id.as_deref()), (201, Some("act-1")));
    let key = StorageKey::new("a0000000-0000-4000-8000-000000000001");
    services.azure_devops.remove(&key, None).await.unwrap();
    let heard = server.heard();
    assert_eq!(heard[0].method, "PATCH");
    assert_eq!(heard[0].target, "/vssps/fabrikam/_apis/graph/users/msa.abc?api-version=7.1-preview.1");
    assert_eq!(heard[0].body, format!(r#"{{"originId":"{TARGET}"}}"#));
    assert_eq!(heard[0].headers["content-type"], "application/json");
    assert_eq!(heard[1].method, "DELETE");
    let planned = services.azure_devops.remove_call(&key);
    assert_eq!(planned.url, format!("{}{}", server.base, heard[1].target));
    let planned = services.azure_devops.map_call(&person, TARGET.parse().unwrap());
    assert_eq!(planned.url, format!("{}{}", server.base, heard[0].target));
    assert_eq!(planned.body.unwrap().to_string(), heard[0].body);
}

#[tokio::test]
async fn a_row_of_an_export_or_an_empty_key_is_never_deleted() {
    let server = Server::start(|_, _| with(204, &[], "")).await;
    for odd in ["row:3", "", " ", ".."] {
        assert_eq!(
            server.services().azure_devops.remove(&StorageKey::new(odd), None).await.unwrap_err().kind,
            ProblemKind::Local
        );
    }
    assert!(server.heard().is_empty());
}

#[tokio::test]
async fn nobody_there_is_unreachable_for_reads_and_writes() {
    let server = Server::start(|_, _| json(200, "{}")).await;
    let mut settings = server.settings();
    settings.endpoints.azure_devops_entitlements = "http://127.0.0.1:1/x".into();
    settings.endpoints.azure_devops_identity = "http://127.0.0.1:1/y".into();
    let services = server.services_with(settings);
    let problem = services.azure_devops.users(Raw::Drop).all().await.unwrap_err();
    assert_eq!(problem.kind, ProblemKind::Unreachable);
    assert!(problem.remedy.contains("Nobody listens at http://127.0.0.1:1/x"), "{problem}");
    let problem = services
        .azure_devops
        .map(&Descriptor::new("msa.a"), TARGET.parse().unwrap(), None)
        .await
        .unwrap_err();
    assert_eq!(problem.kind, ProblemKind::Unreachable, "nothing was sent, and it says so: {problem}");
}

#[tokio::test]
async fn tokens_never_leave_their_service_and_never_show() {
    let echo = |body: &str| {
        let escaped = body.replace('"', "'");
        format!(r#"{{"message":"TF400813: you sent {escaped}"}}"#)
    };
    let server = Server::start(move |_, heard| {
        let sent = heard.headers.get("authorization").cloned().unwrap_or_default();
        json(403, &echo(&format!("{sent} secret-pat secret-graph")))
    })
    .await;
    let services = server.services();
    let mut texts = vec![format!("{services:?}")];
    texts.push(services.azure_devops.users(Raw::Drop).all().await.unwrap_err().to_string());
    texts.push(services.azure_devops.operator().await.unwrap_err().to_string());
    texts.push(map(&server).await.unwrap_err().to_string());
    texts.push(format!("{:?}", server.traffic.lock().unwrap()));
    let basic = STANDARD.encode(":secret-pat");
    for text in &texts {
        assert!(!text.contains("secret-pat") && !text.contains(&basic), "{text}");
    }
    let problem = services.graph.me().await.unwrap_err().to_string();
    assert!(!problem.contains("Bearer secret-graph"), "{problem}");
    services.probe.read().await.unwrap();
    services.status.health().await.unwrap_err();
    services.entra.discover().await.unwrap_err();
    for heard in server.heard() {
        let expected = match heard.target.split('/').nth(1).unwrap() {
            "vsaex" | "vssps" => Some(format!("Basic {basic}")),
            "graph" => Some("Bearer secret-graph".to_owned()),
            "core" if heard.headers.contains_key("authorization") => Some(format!("Basic {basic}")),
            _ => None,
        };
        assert_eq!(heard.headers.get("authorization"), expected.as_ref(), "{}", heard.target);
    }
    let anonymous = server.heard().iter().filter(|h| !h.headers.contains_key("authorization")).count();
    assert_eq!(anonymous, 3, "probe, status and discovery carry no credential");
}

#[tokio::test]
async fn the_observer_hears_every_try_without_secrets() {
    let server = Server::start(|n, _| if n == 0 { json(500, "{}") } else { json(200, &page()) }).await;
    read(&server).await.unwrap();
    let traffic = server.traffic.lock().unwrap();
    let records: Vec<_> = traffic
        .iter()
        .filter_map(|one| if let Traffic::Request(record) = one { Some(record) } else { None })
        .collect();
    assert_eq!(records.len(), 2);
    assert_eq!(
        (records[0].status, records[0].attempt, records[0].failure),
        (Some(500), 1, Some(ProblemKind::ServiceFailing))
    );
    assert!(records[0].retry_at.is_some());
    assert_eq!((records[1].attempt, records[1].failure, records[1].bytes), (2, None, page().len() as u64));
    assert_eq!(records[1].path, "/fabrikam/_apis/userentitlements?api-version");
    assert_eq!(records[1].service, Service::AzureDevOpsEntitlements);
}

#[tokio::test]
async fn a_missing_credential_is_told_before_anything_is_sent() {
    let server = Server::start(|_, _| json(200, &page())).await;
    let credentials = crate::services::Credentials {
        azure_devops: crate::services::Way::Pat { env: "NOT_SET".into() },
        after_connect: crate::services::Way::Same,
        entra: crate::services::Way::AzureCli,
        secret_variables: vec![],
    };
    let environment = crate::services::Environment::of([("PATH", "/nowhere")]);
    let services = server.services_by(server.settings(), credentials, environment);
    let problem = services.azure_devops.users(Raw::Drop).all().await.unwrap_err();
    assert_eq!(problem.kind, ProblemKind::NotSignedIn);
    assert!(
        problem.to_string().contains("NOT_SET") && problem.asked.contains("page 1 of the user entitlements"),
        "{problem}"
    );
    assert!(server.heard().is_empty());
}
