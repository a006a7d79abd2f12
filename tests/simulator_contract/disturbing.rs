//! Faults: throttling, cuts, floods, lies.

use std::time::Duration;

use ado2entra::simulator::{Fault, Options, Scenario};

use crate::harness::{Play, options};

#[tokio::test]
async fn throttling_refuses_for_as_long_as_it_says_and_only_that_service() {
    let throttled = Options {
        throttle_after: 2,
        throttle_for: Duration::from_secs(3_600),
        ..options(Scenario::Fabrikam, &[Fault::Throttle])
    };
    let play = Play::start(throttled).await;
    let url = play.vsaex("userentitlements?api-version=7.1");
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(play.get(&url).await.status);
    }
    assert_eq!(statuses, [200, 200, 429, 429]);
    let refused = play.get(&url).await;
    let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((3_000..=3_600).contains(&wait), "{wait}");
    assert!(refused.json()["message"].as_str().unwrap().starts_with("TF400733"));
    assert_eq!(play.graph("me").await.status, 200, "another service is not touched");

    play.control.set_fault(Fault::Throttle, false);
    play.control.set_fault(Fault::ThrottleDate, true);
    let date = play.get(&url).await.header("retry-after").unwrap().to_owned();
    assert!(httpdate::parse_http_date(&date).is_ok(), "{date}");
    play.control.set_fault(Fault::ThrottleDate, false);
    play.control.set_fault(Fault::ThrottleSilent, true);
    assert_eq!(play.get(&url).await.header("retry-after"), None);
    play.control.set_fault(Fault::ThrottleSilent, false);
    play.control.set_fault(Fault::ThrottleMs, true);
    let millis: u64 = play.get(&url).await.header("retry-after-ms").unwrap().parse().unwrap();
    assert!((3_000_000..=3_600_001).contains(&millis), "{millis}");
    play.control.set_fault(Fault::ThrottleMs, false);
    assert_eq!(play.get(&url).await.status, 200);
}

#[tokio::test]
async fn throttling_ends() {
    let short = Options {
        throttle_after: 1,
        throttle_for: Duration::from_millis(1),
        ..options(Scenario::Fabrikam, &[Fault::Throttle])
    };
    let play = Play::start(short).await;
    let mut good = 0;
    for _ in 0..40 {
        let answer = play.graph("me").await;
        good += usize::from(answer.status == 200);
        if answer.status == 429 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
    assert!(good >= 20, "{good}");
}

#[tokio::test]
async fn a_good_answer_may_ask_for_patience() {
    let play = Play::fabrikam(&[Fault::ThrottleOn200]).await;
    let mut asked = 0;
    for _ in 0..8 {
        let answer = play.get(&play.vsaex("userentitlements?api-version=7.1")).await;
        assert_eq!(answer.status, 200);
        asked += usize::from(answer.header("retry-after").is_some());
    }
    assert_eq!(asked, 2);
}

#[tokio::test]
async fn every_third_read_is_cut_or_halved() {
    for fault in [Fault::Reset, Fault::Truncate] {
        let play = Play::fabrikam(&[fault]).await;
        let mut whole = 0;
        for _ in 0..9 {
            let url = play.vsaex("userentitlements?api-version=7.1");
            let request = play.client.get(url).basic_auth("", Some(play.simulator.azure_devops_token()));
            let text = match request.send().await {
                Ok(response) => response.text().await,
                Err(error) => Err(error),
            };
            match (fault, text) {
                (_, Ok(text)) if serde_json::from_str::<serde_json::Value>(&text).is_ok() => whole += 1,
                (Fault::Truncate, Ok(_)) | (Fault::Reset, Err(_)) => {}
                (_, other) => panic!("{fault}: {other:?}"),
            }
        }
        assert_eq!(whole, 6, "{fault}");
    }
}

#[tokio::test]
async fn server_errors_follow_the_seed() {
    let statuses = || async {
        let play = Play::fabrikam(&[Fault::ServerErrors]).await;
        let mut statuses = Vec::new();
        for _ in 0..40 {
            statuses.push(play.graph("me").await.status);
        }
        statuses
    };
    let first = statuses().await;
    assert_eq!(first, statuses().await);
    let failed = first.iter().filter(|status| **status >= 500).count();
    assert!((4..25).contains(&failed), "{first:?}");
}

#[tokio::test]
async fn floods_are_larger_than_any_page() {
    let play = Play::fabrikam(&[Fault::OversizedPage]).await;
    let url = play.vsaex("userentitlements?api-version=7.1");
    let take = |limit: usize| {
        let request = play.client.get(&url).basic_auth("", Some(play.simulator.azure_devops_token()));
        async move {
            let mut response = request.send().await.unwrap();
            let mut size = 0;
            while let Some(chunk) = response.chunk().await.unwrap() {
                size += chunk.len();
                if size > limit {
                    break;
                }
            }
            size
        }
    };
    assert!(take(64 << 20).await > 64 << 20);
    play.control.set_fault(Fault::OversizedPage, false);
    play.control.set_fault(Fault::GzipBomb, true);
    assert!(take(64 << 20).await > 64 << 20, "counted after unpacking");
    play.simulator.stop().await;
}

#[tokio::test]
async fn bodies_in_pieces_arrive_whole() {
    let slow =
        Options { stall_for: Duration::from_millis(1), ..options(Scenario::Fabrikam, &[Fault::Stall]) };
    let play = Play::start(slow).await;
    let whole = play.roster().await;
    for fault in [Fault::Stall, Fault::Trickle] {
        play.control.set_fault(fault, true);
        for _ in 0..8 {
            assert_eq!(play.roster().await, whole);
        }
        play.control.set_fault(fault, false);
    }
    play.control.set_fault(Fault::DeepJson, true);
    let deep = play.get(&play.vsaex("userentitlements?api-version=7.1")).await;
    assert!(deep.text.starts_with("[[[[") && deep.text.len() == 200_000);
}

#[tokio::test]
async fn marks_pages_and_health() {
    let play = Play::fabrikam(&[Fault::Bom, Fault::HealthDegraded]).await;
    let roster = play.get(&play.vsaex("userentitlements?api-version=7.1")).await;
    assert!(roster.text.starts_with('\u{feff}'));
    let health = format!("{}/_apis/status/health", play.simulator.endpoints().azure_devops_status);
    let health = play.anonymous(reqwest::Method::GET, &health, false).await.json();
    assert_eq!(health["status"]["health"], "degraded");
    play.control.set_fault(Fault::HtmlError, true);
    let mut pages = 0;
    for _ in 0..5 {
        pages += usize::from(play.graph("me").await.text.starts_with("<!DOCTYPE html>"));
    }
    assert_eq!(pages, 1);
}

#[tokio::test]
async fn missing_permissions_are_told_apart() {
    let play = Play::fabrikam(&[]).await;
    let organization = play.simulator.endpoints().azure_devops;
    let operator = play.person("niamh.halloran@mailbox.example").await;
    let descriptor = operator["user"]["descriptor"].as_str().unwrap();
    let tokens =
        play.vssps(&format!("tokenadmin/personalaccesstokens/{descriptor}?api-version=7.1-preview.1"));
    let groups = play.vssps("graph/groups?api-version=7.1-preview.1");
    for (fault, url) in [
        (Fault::NoPcaPermission, &groups),
        (Fault::NoIdentityPermission, &play.vssps("identities?filterValue=x&api-version=7.1")),
        (Fault::OperatorNotPca, &tokens),
    ] {
        assert_eq!(play.get(url).await.status, 200, "{fault}");
        play.control.set_fault(fault, true);
        assert_eq!(play.get(url).await.status, 403, "{fault}");
        play.control.set_fault(fault, false);
    }
    for (fault, path) in [
        (Fault::NoGraphPermission, "users"),
        (Fault::NoPolicyPermission, "policies/authorizationPolicy"),
        (Fault::NoDeletedPermission, "directory/deletedItems/microsoft.graph.user"),
    ] {
        assert_eq!(play.graph(path).await.status, 200, "{fault}");
        play.control.set_fault(fault, true);
        let denied = play.graph(path).await;
        assert_eq!(
            (denied.status, &denied.json()["error"]["code"]),
            (403, &"Authorization_RequestDenied".into())
        );
        play.control.set_fault(fault, false);
    }
    let owner = || async {
        let body = r#"{"contributionIds":["ms.vss-admin-web.organization-admin-overview-delay-load-data-provider"],
            "dataProviderContext":{"properties":{"sourcePage":{"routeValues":{"adminPivot":"organizationOverview"}}}}}"#;
        let url =
            format!("{organization}/fabrikam/_apis/Contribution/HierarchyQuery?api-version=5.0-preview.1");
        let request =
            play.client.post(url).basic_auth("", Some(play.simulator.azure_devops_token())).body(body);
        let answer = crate::harness::read(request.send().await.unwrap()).await.json();
        answer["dataProviders"]["ms.vss-admin-web.organization-admin-overview-delay-load-data-provider"]
            .clone()
    };
    assert_eq!(owner().await["currentOwner"]["email"], "gesine.achterberg@mailbox.example");
    play.control.set_fault(Fault::NoOwnerPermission, true);
    assert!(owner().await["currentOwner"].is_null());
}
