//! Pages: tokens in bodies, headers and links, and what the switches do to them.

use std::collections::BTreeSet;

use ado2entra::simulator::{Fault, Options, Scenario};

use crate::harness::{Play, encode, options};

async fn many(faults: &[Fault]) -> Play {
    let options = Options {
        org_users: Some(230),
        tenant_users: Some(2_500),
        page_size: Some(40),
        ..options(Scenario::Fabrikam, faults)
    };
    Play::start(options).await
}

#[tokio::test]
async fn the_body_token_must_be_percent_encoded() {
    let play = many(&[]).await;
    let first = play.get(&play.vsaex("userentitlements?api-version=7.1")).await.json();
    assert_eq!(first["items"].as_array().unwrap().len(), 40);
    let token = first["continuationToken"].as_str().unwrap();
    for letter in ['+', '#', '=', '~'] {
        assert!(token.contains(letter), "{token}");
    }
    let url = play.vsaex("userentitlements?api-version=7.1&continuationToken=");
    let damaged = play.get(&format!("{url}{}", token.replace('#', "%23"))).await;
    assert_eq!(damaged.status, 500, "an unencoded plus");
    assert!(damaged.json()["message"].as_str().unwrap().contains("Activity Id"));
    assert_eq!(play.get(&format!("{url}{token}")).await.status, 500, "cut off at the number sign");
    assert_eq!(play.get(&format!("{url}{}", encode(token))).await.status, 200);
}

#[tokio::test]
async fn everybody_comes_exactly_once_whatever_the_pages_look_like() {
    for faults in [
        &[][..],
        &[Fault::ShortPages],
        &[Fault::EmptyPages],
        &[Fault::MembersNotItems],
        &[Fault::ShortPages, Fault::EmptyPages],
    ] {
        let play = many(faults).await;
        let rows = play.roster().await;
        let keys: BTreeSet<_> = rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect();
        // 230 people, and the build service
        assert_eq!((rows.len(), keys.len()), (231, 231), "{faults:?}");
        let users = tenant(&play).await;
        let distinct: BTreeSet<_> = users.iter().collect();
        let deleted = 1;
        assert_eq!((users.len(), distinct.len()), (2_500 - deleted, 2_500 - deleted), "{faults:?}");
    }
}

async fn tenant(play: &Play) -> Vec<String> {
    let mut ids = Vec::new();
    let mut next = "users?$select=id,userPrincipalName&$top=999".to_owned();
    loop {
        let page = play.graph(&next).await;
        assert_eq!(page.status, 200, "{}", page.text);
        let page = page.json();
        ids.extend(
            page["value"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()),
        );
        match page["@odata.nextLink"].as_str() {
            Some(link) => link.clone_into(&mut next),
            None => return ids,
        }
    }
}

#[tokio::test]
async fn graph_users_page_by_header_and_filter_by_subject_type() {
    for faults in [&[][..], &[Fault::FilterAfterPaging]] {
        let play = many(faults).await;
        let mut token = String::new();
        let (mut rows, mut short) = (0, 0);
        loop {
            let page = play
                .get(&play.vssps(&format!(
                    "graph/users?subjectTypes=aad&api-version=7.1-preview.1&continuationToken={}",
                    encode(&token)
                )))
                .await;
            let value = page.json()["value"].as_array().unwrap().clone();
            assert!(value.iter().all(|user| user["descriptor"].as_str().unwrap().starts_with("aad.")));
            rows += value.len();
            match page.header("x-ms-continuationtoken") {
                Some(next) => {
                    short += usize::from(value.len() < 40);
                    token = next.to_owned();
                }
                None => break,
            }
        }
        // four of the tenants', two partners, the invited, one pair known through a group
        assert!((8..30).contains(&rows), "{rows}");
        assert_eq!(short > 0, !faults.is_empty(), "short pages with a token only where filtered afterwards");
    }
}

#[tokio::test]
async fn odd_tokens_and_links() {
    let play = many(&[Fault::RepeatedToken]).await;
    let url = play.vsaex("userentitlements?api-version=7.1&continuationToken=");
    let mut token = String::new();
    let mut seen = Vec::new();
    for _ in 0..4 {
        let page = play.get(&format!("{url}{}", encode(&token))).await.json();
        page["continuationToken"].as_str().unwrap().clone_into(&mut token);
        seen.push(token.clone());
    }
    assert_eq!(seen[1], seen[2]);
    play.control.set_fault(Fault::RepeatedToken, false);

    play.control.set_fault(Fault::CyclingTokens, true);
    token.clear();
    seen.clear();
    for _ in 0..4 {
        let page = play.get(&format!("{url}{}", encode(&token))).await.json();
        page["continuationToken"].as_str().unwrap().clone_into(&mut token);
        seen.push(token.clone());
    }
    assert!(seen[0] == seen[2] && seen[1] == seen[3] && seen[0] != seen[1], "{seen:?}");
    play.control.set_fault(Fault::CyclingTokens, false);

    play.control.set_fault(Fault::OverlappingPages, true);
    let rows = play.roster().await;
    let keys: BTreeSet<_> = rows.iter().map(|row| row["id"].as_str().unwrap()).collect();
    assert_eq!(keys.len(), 231);
    assert!(rows.len() > 231, "some come twice");
    play.control.set_fault(Fault::OverlappingPages, false);

    play.control.set_fault(Fault::EndlessPages, true);
    token.clear();
    let mut tokens = BTreeSet::new();
    token.clear();
    for _ in 0..12 {
        let page = play.get(&format!("{url}{}", encode(&token))).await.json();
        page["continuationToken"].as_str().expect("there is always another").clone_into(&mut token);
        assert!(tokens.insert(token.clone()), "a new token every time");
    }
    play.control.set_fault(Fault::EndlessPages, false);

    play.control.set_fault(Fault::ForeignNextLink, true);
    let page = play.graph("users?$top=999").await.json();
    assert!(page["@odata.nextLink"].as_str().unwrap().starts_with("http://graph.example.invalid/"));
    play.control.set_fault(Fault::ForeignNextLink, false);

    play.control.set_fault(Fault::ExpiredPageToken, true);
    let link = play.graph("users?$top=999").await.json()["@odata.nextLink"].as_str().unwrap().to_owned();
    let expired = play.graph(&link).await;
    assert_eq!(expired.status, 400);
    assert_eq!(expired.json()["error"]["code"], "Directory_ExpiredPageToken");
    assert_eq!(play.graph(&link).await.status, 400);
    assert_eq!(play.graph(&link).await.status, 200, "twice is enough");
}

#[tokio::test]
async fn what_graph_refuses_to_list() {
    let play = many(&[]).await;
    for query in [
        "users?$top=1000",
        "users?$top=0",
        "users?$skip=5",
        "users?$select=id,favouriteColour",
        "users?$filter=endsWith(mail,'x')",
    ] {
        let answer = play.graph(query).await;
        assert_eq!(answer.status, 400, "{query}");
        assert_eq!(answer.json()["error"]["code"], "Request_BadRequest", "{query}");
    }
    let found = play.graph("users?$filter=otherMails/any(m:m eq 'WANJIRU.kimani@mailbox.example')&$select=id,userPrincipalName").await;
    assert_eq!(found.json()["value"][0]["userPrincipalName"], "wanjiru.kimani@contoso.com");
}

#[tokio::test]
async fn generated_people_are_the_same_every_time() {
    let rows = |seed| async move {
        let options = Options { seed, org_users: Some(400), ..options(Scenario::Large, &[]) };
        let play = Play::start(Options { tenant_users: Some(900), ..options }).await;
        let text = format!("{:?}", play.roster().await);
        // addresses of links hold the port, which differs
        text.replace(&play.simulator.address().port().to_string(), "PORT")
    };
    let first = rows(7).await;
    assert_eq!(first, rows(7).await);
    assert_ne!(first, rows(8).await);
}

#[tokio::test]
async fn a_large_organization_is_connected_without_an_index() {
    let options =
        Options { org_users: Some(3_000), tenant_users: Some(20_000), ..options(Scenario::Large, &[]) };
    let play = Play::start(options).await;
    let mapped = play.control.connect();
    assert!((1_400..2_000).contains(&mapped), "{mapped}");
    let rows = play.roster().await;
    let connected = rows.iter().filter(|row| row["user"]["domain"] == play.simulator.tenant_id()).count();
    assert!(connected >= mapped, "{connected} of {mapped}");
    assert_eq!(rows.len(), 3_001, "the build service does not count");
    let pages =
        play.control.requests().iter().filter(|request| request.path.ends_with("userentitlements")).count();
    assert_eq!(pages, 31);
}

#[tokio::test]
async fn an_organization_can_be_smaller_than_its_scenario() {
    let options = Options { org_users: Some(10), ..options(Scenario::Fabrikam, &[]) };
    let play = Play::start(options).await;
    assert_eq!(play.roster().await.len(), 11);
    assert!(play.control.connect() > 0);
    assert_eq!(play.person("niamh.halloran@contoso.com").await["user"]["origin"], "aad");
}

#[tokio::test]
async fn a_larger_ready_organization_is_still_ready() {
    let play = Play::start(Options { org_users: Some(150), ..options(Scenario::Ready, &[]) }).await;
    assert_eq!(play.control.connect(), 147, "everybody but the three who are mappable by an alias");
}

#[tokio::test]
async fn delta_tells_only_what_changed() {
    use ado2entra::simulator::TenantChange;
    let play = Play::fabrikam(&[]).await;
    let mut page = play.graph("users/delta?$select=displayName,mail").await.json();
    while let Some(next) = page["@odata.nextLink"].as_str() {
        page = play.graph(next).await.json();
    }
    let link = page["@odata.deltaLink"].as_str().unwrap().to_owned();
    assert_eq!(play.graph(&link).await.json()["value"].as_array().unwrap().len(), 0);
    play.control
        .change_tenant_user("amara.okonjo@contoso.com", &TenantChange::Mail("amara@contoso.com".to_owned()));
    play.control.change_tenant_user("arjun.banerji@contoso.com", &TenantChange::Delete);
    let changes = play.graph(&link).await.json()["value"].as_array().unwrap().clone();
    assert_eq!(changes.len(), 2);
    assert!(changes.iter().any(|change| change["mail"] == "amara@contoso.com"));
    assert!(changes.iter().any(|change| change["@removed"]["reason"] == "changed"));
    play.control.change_tenant_user("arjun.banerji@contoso.com", &TenantChange::Restore);
    play.control.set_fault(Fault::DeltaExpired, true);
    let gone = play.graph(&link).await;
    assert_eq!(gone.status, 410);
    assert_eq!(play.graph(gone.header("location").unwrap()).await.status, 200);
    play.control.set_fault(Fault::DeltaExpired, false);
    play.control.set_fault(Fault::DeltaTooOld, true);
    let old = play.graph(&link).await;
    assert_eq!((old.status, old.json()["error"]["code"].as_str()), (400, Some("Request_UnsupportedQuery")));
}

/// A later round, page by page, from a link to its end.
async fn round(play: &Play, link: &str) -> (Vec<serde_json::Value>, usize, String) {
    let (mut rows, mut pages, mut link) = (Vec::new(), 0, link.to_owned());
    loop {
        let page = play.graph(&link).await.json();
        pages += 1;
        rows.extend(page["value"].as_array().unwrap().iter().cloned());
        match page["@odata.nextLink"].as_str() {
            Some(next) => next.clone_into(&mut link),
            None => return (rows, pages, page["@odata.deltaLink"].as_str().unwrap().to_owned()),
        }
    }
}

#[tokio::test]
async fn delta_rounds_have_pages_may_be_sparse_and_may_be_told_again() {
    use ado2entra::simulator::TenantChange;
    let play = Play::start(Options { page_size: Some(2), ..options(Scenario::Fabrikam, &[]) }).await;
    let first = "users/delta?$select=id,displayName,mail,userPrincipalName,accountEnabled&$deltatoken=latest";
    let (rows, pages, link) = round(&play, first).await;
    assert_eq!((rows.len(), pages), (0, 1), "from now on");
    let people = ["amara.okonjo@contoso.com", "arjun.banerji@contoso.com", "niamh.halloran@contoso.com"];
    for person in people {
        assert!(play.control.change_tenant_user(person, &TenantChange::Disable));
    }
    let id = play.control.object_id(people[2]).unwrap();
    play.control.change_tenant_user(people[2], &TenantChange::Purge);
    let (rows, pages, later) = round(&play, &link).await;
    assert_eq!((rows.len(), pages), (3, 2));
    assert!(rows.iter().any(|row| row["id"] == id.as_str() && row["@removed"]["reason"] == "deleted"));
    let bin = play.graph("directory/deletedItems/microsoft.graph.user").await.json();
    assert!(!bin.to_string().contains(&id), "gone for good");
    assert_eq!(round(&play, &later).await.0.len(), 0);

    play.control.set_fault(Fault::DeltaSparse, true);
    let (sparse, _, _) = round(&play, &link).await;
    let amara = play.control.object_id(people[0]).unwrap();
    let row = sparse.iter().find(|row| row["id"] == amara.as_str()).unwrap();
    assert_eq!(*row, serde_json::json!({"id": amara, "accountEnabled": false}));

    play.control.set_fault(Fault::DeltaReplays, true);
    let (again, _, _) = round(&play, &later).await;
    assert_eq!(again.len(), 6, "everybody of the round before, twice");
}
