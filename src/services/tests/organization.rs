//! Who is in the organization, who administers it, who owns it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::{guest, parameter};
use crate::domain::ids::Descriptor;
use crate::domain::problem::ProblemKind;
use crate::services::testing::{Server, json, with};

#[tokio::test]
async fn the_operator_and_the_anonymous_stranger() {
    let good = r#"{"authenticatedUser":{"id":"A0000000-0000-4000-8000-000000000009","subjectDescriptor":"msa.me","providerDisplayName":"Ada","properties":{"Account":{"$type":"System.String","$value":"ada@fabrikam.example"}}},"instanceId":"i"}"#;
    let server = Server::start(move |_, _| json(200, good)).await;
    let operator = server.services().azure_devops.operator().await.unwrap();
    assert_eq!(operator.account.as_deref(), Some("ada@fabrikam.example"));
    assert_eq!(operator.storage_key.as_str(), "a0000000-0000-4000-8000-000000000009");
    for body in [
        r#"{"authenticatedUser":{"id":"aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa","providerDisplayName":"Anonymous"}}"#,
        r#"{"authenticatedUser":{"id":"x","properties":{"Account":"Anonymous"}}}"#,
    ] {
        let server = Server::start(move |_, _| json(200, body)).await;
        assert_eq!(
            server.services().azure_devops.operator().await.unwrap_err().kind,
            ProblemKind::NotSignedIn
        );
    }
}

fn group(sid: &str) -> String {
    format!("vssgp.{}", URL_SAFE_NO_PAD.encode(sid))
}

#[tokio::test]
async fn administrators_are_found_through_groups_that_hold_each_other() {
    let admins = group("S-1-9-1551374245-1-2-3-4-0-0-0-0-1");
    let nested = group("S-1-9-1551374245-1-2-3-4-1-7");
    let (a, n) = (admins.clone(), nested.clone());
    let server = Server::start(move |_, heard| {
        let path = heard.target.split('?').next().unwrap().to_owned();
        let members = |list: &[&str]| {
            let rows: Vec<_> = list.iter().map(|m| format!(r#"{{"containerDescriptor":"g","memberDescriptor":"{m}"}}"#)).collect();
            json(200, &format!(r#"{{"value":[{}]}}"#, rows.join(",")))
        };
        match path.strip_prefix("/vssps/fabrikam/_apis/graph/") {
            Some("groups") => json(200, &format!(
                r#"{{"value":[
                    {{"descriptor":"{a}","principalName":"[fabrikam]\\Administratoren","origin":"vsts","domain":"vstfs:///Framework/IdentityDomain/1"}},
                    {{"descriptor":"{a}x","principalName":"[Garden]\\Project Administrators","origin":"vsts","domain":"vstfs:///Classification/TeamProject/1"}}]}}"#
            )),
            Some(rest) if rest == format!("memberships/{a}") => members(&["msa.one", &n, "aadgp.team", "msa.gone"]),
            Some(rest) if rest == format!("memberships/{n}") => members(&["msa.two", "msa.one", &a, &n]),
            Some("groups/aadgp.team") => json(200, r#"{"descriptor":"aadgp.team","displayName":"Team","origin":"aad","originId":"c0000000-0000-4000-8000-000000000001"}"#),
            Some("storagekeys/msa.one") => json(200, r#"{"value":"A0000000-0000-4000-8000-000000000001"}"#),
            Some("storagekeys/msa.two") => json(200, r#"{"value":"a0000000-0000-4000-8000-000000000002"}"#),
            None => json(200, &format!(r#"{{"value":[{},{}]}}"#, guest(1), guest(2))),
            _ => json(404, "{}"),
        }
    })
    .await;
    let services = server.services();
    let found = services.azure_devops.administrators(Some(&services.graph)).await.unwrap();
    assert_eq!(found.members.len(), 2, "{found:?}");
    assert_eq!(found.through_entra_groups.len(), 2);
    assert_eq!(found.unresolved.len(), 1, "{found:?}");
    assert!(found.unresolved[0].starts_with("msa.gone"));
    let without = services.azure_devops.administrators(None).await.unwrap();
    assert!(
        without.unresolved.iter().any(|one| one.contains("the tenant is not signed in to")),
        "{without:?}"
    );

    let server = Server::start(|_, _| json(200, r#"{"value":[]}"#)).await;
    let problem = server.services().azure_devops.administrators(None).await.unwrap_err();
    assert!(
        problem.said.contains("none of the organization's groups"),
        "unreadable is never nobody: {problem}"
    );
}

#[tokio::test]
async fn identities_of_both_searches_count_once() {
    let identity = |id: &str, active: bool| {
        format!(
            r#"{{"id":"{id}","providerDisplayName":"Ada","isActive":{active},"properties":{{"Mail":{{"$type":"System.String","$value":"ada@fabrikam.example"}}}}}}"#
        )
    };
    let server = Server::start(move |_, heard| {
        let list = match parameter(heard, "searchFilter").as_deref() {
            Some("MailAddress") => format!("{},{},null", identity("1", true), identity("2", false)),
            _ => identity("1", true),
        };
        json(200, &format!(r#"{{"count":1,"value":[{list}]}}"#))
    })
    .await;
    let found = server.services().azure_devops.identities_at("ada+x@fabrikam.example").await.unwrap();
    assert_eq!(found.iter().map(|one| one.active).collect::<Vec<_>>(), [true, false]);
    assert_eq!(found[0].mail.as_deref(), Some("ada@fabrikam.example"));
    assert_eq!(parameter(&server.heard()[0], "filterValue").as_deref(), Some("ada+x@fabrikam.example"));
}

#[tokio::test]
async fn tokens_and_keys_are_counted_over_pages() {
    let server = Server::start(|_, heard| {
        let row = |id: &str, valid: bool, accounts: &str| {
            format!(r#"{{"authorizationId":"{id}","isValid":{valid},"targetAccounts":{accounts}}}"#)
        };
        match (parameter(heard, "isPublic").unwrap().as_str(), parameter(heard, "continuationToken")) {
            ("true", _) => {
                json(200, &format!(r#"{{"value":[{}],"continuationToken":null}}"#, row("k", true, "null")))
            }
            (_, None) => json(
                200,
                &format!(
                    r#"{{"value":[{},{}],"continuationToken":"t"}}"#,
                    row("a", true, "null"),
                    row("b", true, "[\"x\"]")
                ),
            ),
            _ => {
                json(200, &format!(r#"{{"value":[{},{}]}}"#, row("a", true, "null"), row("c", false, "null")))
            }
        }
    })
    .await;
    let tokens = server.services().azure_devops.tokens(&Descriptor::new("msa.x")).await.unwrap();
    assert_eq!((tokens.access_tokens, tokens.global_tokens, tokens.ssh_keys), (2, 1, 1));
}

#[tokio::test]
async fn what_people_work_with_is_read_over_pages_and_without_secrets() {
    const PROJECT: &str = "b0000000-0000-4000-8000-000000000001";
    let server = Server::start(|_, heard| {
        let path = heard.target.split('?').next().unwrap();
        match path.strip_prefix("/core/fabrikam/") {
            Some("_apis/projects") if parameter(heard, "continuationToken").is_none() => with(
                200,
                &[("content-type", "application/json"), ("x-ms-continuationtoken", "2")],
                &format!(r#"{{"value":[{{"id":"{PROJECT}","name":"Fiber","state":"wellFormed"}},{{"id":"..","name":"x"}}]}}"#),
            ),
            Some("_apis/projects") => {
                json(200, r#"{"value":[{"id":"b0000000-0000-4000-8000-000000000002","name":"New","state":"createPending"}]}"#)
            }
            Some(rest) if rest == format!("{PROJECT}/_apis/serviceendpoint/endpoints") => json(
                200,
                r#"{"count":2,"value":[
                    {"id":"C1","name":"prod","type":"azurerm","isReady":true,"createdBy":{"displayName":"Ada"},
                     "authorization":{"scheme":"Token","parameters":{"apitoken":"very-secret"}}},
                    {"id":"c2","name":"old","type":"github","isReady":false}]}"#,
            ),
            Some("_apis/distributedtask/pools") => json(
                200,
                r#"{"value":[{"id":1,"name":"Default","isHosted":false},{"id":9,"name":"Azure Pipelines","isHosted":true},{"id":"../x","name":"odd"}]}"#,
            ),
            Some("_apis/distributedtask/pools/1/agents") => json(
                200,
                r#"{"value":[{"id":1,"name":"a","status":"online","enabled":true},{"id":2,"name":"b","status":"offline","enabled":true},
                    {"id":3,"name":"c","status":"offline","enabled":false}]}"#,
            ),
            _ => json(404, "{}"),
        }
    })
    .await;
    let azure = server.services().azure_devops;
    let (projects, skipped) = azure.projects().all().await.unwrap();
    let names: Vec<_> = projects.iter().map(|one| (one.name.as_str(), one.good)).collect();
    assert_eq!(names, [("Fiber", Some(true)), ("New", Some(false))]);
    assert_eq!(skipped.len(), 1, "an id that is no id is never put into an address");
    let connections = azure.service_connections(&projects[0]).all().await.unwrap().0;
    assert_eq!((connections[0].name.as_str(), connections[0].about.as_deref()), ("prod", Some("azurerm")));
    assert_eq!(connections[0].set_up_by.as_ref().unwrap().name, "Ada");
    let good: Vec<_> = connections.iter().map(|one| one.good).collect();
    assert_eq!(good, [Some(true), Some(false)]);
    assert!(!format!("{connections:?}").contains("very-secret"));
    let (pools, skipped) = azure.agent_pools().all().await.unwrap();
    assert_eq!((pools.len(), skipped.len()), (2, 1));
    let standing = azure.agents(&pools[0]).await.unwrap();
    assert_eq!(standing.standing.as_deref(), Some("1 of 3 agents online, not b"));
    assert_eq!(standing.good, Some(false));
}

#[tokio::test]
async fn the_owner_is_a_question_and_may_be_asked_twice() {
    let server = Server::start(|n, _| {
        if n == 0 { json(503, "{}") } else { json(200, r#"{"dataProviders":{"ms.vss-admin-web.organization-admin-overview-delay-load-data-provider":{"currentOwner":{"name":"Ada","id":"k","email":"ada@fabrikam.example"}}}}"#) }
    })
    .await;
    let owner = server.services().azure_devops.owner().await.unwrap();
    assert_eq!(owner.address.as_deref(), Some("ada@fabrikam.example"));
    assert_eq!(server.heard()[1].method, "POST");
    let server = Server::start(|_, _| json(200, r#"{"dataProviders":{}}"#)).await;
    let problem = server.services().azure_devops.owner().await.unwrap_err();
    assert!(problem.remedy.contains("[organization] owner"), "{problem}");
}
