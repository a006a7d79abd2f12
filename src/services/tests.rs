//! The clients against a service that plays a script.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::testing::{Heard, Reply, Server, json, with};
use super::{Invitation, Raw, Way};
use crate::domain::connection::Backing;
use crate::domain::ids::Descriptor;
use crate::domain::problem::ProblemKind;

fn person(n: u32) -> String {
    format!(
        r#"{{"id":"a0000000-0000-4000-8000-{n:012}","user":{{"displayName":"P{n}","descriptor":"msa.p{n}"}},"extra":{n}}}"#
    )
}

fn guest(n: u32) -> String {
    format!(
        r#"{{"id":"b0000000-0000-4000-8000-{n:012}","displayName":"T{n}","userPrincipalName":"t{n}@contoso.example"}}"#
    )
}

fn parameter(heard: &Heard, name: &str) -> Option<String> {
    let url = reqwest::Url::parse(&format!("http://x{}", heard.target)).unwrap();
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

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
            json(200, &format!(r#"{{"items":[{}],"continuationToken":"t{}"}}"#, person(n as u32), n % period))
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
        json(200, &format!(r#"{{"items":[{}],"continuationToken":"t{n}"}}"#, person(n as u32)))
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
            json(200, &format!(r#"{{"value":[{}]{next}}}"#, guest(n as u32)))
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
            0 | 2 => json(200, &format!(r#"{{"value":[{}],"@odata.nextLink":"{next}"}}"#, guest(n as u32))),
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

fn invitation() -> Invitation {
    Invitation {
        address: "new@partner.example".into(),
        display_name: Some("New".into()),
        redirect_url: "https://dev.azure.com/fabrikam".into(),
        send_mail: true,
    }
}

#[tokio::test]
async fn an_invitation_drops_its_ticket() {
    let server = Server::start(|_, _| {
        json(201, r#"{"id":"i","inviteRedeemUrl":"https://login.example/redeem?ticket=tell-nobody","status":"PendingAcceptance","invitedUser":{"id":"b0000000-0000-4000-8000-000000000005"}}"#)
    })
    .await;
    let services = server.services();
    let invited = services.graph.invite(&invitation()).await.unwrap();
    assert!(invited.user.is_some() && invited.status == "PendingAcceptance");
    assert!(!format!("{invited:?}{:?}", server.traffic.lock().unwrap()).contains("tell-nobody"));
    let planned = services.graph.invite_call(&invitation());
    assert_eq!(server.heard()[0].body, planned.body.unwrap().to_string());
}

#[tokio::test]
async fn refused_invitations_each_have_their_own_advice() {
    for (status, code, message, kind, part) in [
        (401, "Unauthorized", "ControllerName=MSGraphInviteAPI", ProblemKind::NotAllowed, "may not invite"),
        (
            403,
            "Authorization_RequestDenied",
            "Guest invitations not allowed for your company.",
            ProblemKind::NotAllowed,
            "External collaboration settings",
        ),
        (
            400,
            "BadRequest",
            "The invited user is in a verified domain of this directory",
            ProblemKind::Refused,
            "member instead of inviting",
        ),
        (
            412,
            "BadRequest",
            "The user already exists in the directory as object id x",
            ProblemKind::Refused,
            "Map onto that user",
        ),
        (400, "BadRequest", "Group email address is not supported", ProblemKind::Refused, "group"),
        (400, "BadRequest", "proxy address conflict", ProblemKind::Refused, "proxy address"),
        (
            403,
            "Forbidden",
            "blocked by your cross-tenant access settings",
            ProblemKind::NotAllowed,
            "Cross-tenant access",
        ),
        (403, "Directory_QuotaExceeded", "quota", ProblemKind::Refused, "250"),
        (500, "InternalServerError", "target address not found", ProblemKind::OutcomeUnknown, "read it back"),
    ] {
        let body = format!(r#"{{"error":{{"code":"{code}","message":"{message}"}}}}"#);
        let server = Server::start(move |_, _| json(status, &body)).await;
        let problem = server.services().graph.invite(&invitation()).await.unwrap_err();
        assert_eq!((problem.kind, problem.said.as_str()), (kind, message));
        assert!(problem.remedy.contains(part), "{part}: {problem}");
        assert_eq!(server.heard().len(), 1, "{message}");
    }
}

#[tokio::test]
async fn an_address_is_looked_for_in_all_its_places() {
    let server =
        Server::start(|n, _| json(200, &format!(r#"{{"value":[{}]}}"#, guest((n / 2) as u32)))).await;
    let found = server.services().graph.users_at(" o'neil+x@contoso.example ").await.unwrap();
    assert_eq!(found.len(), 2, "found twice counts once");
    let filters: Vec<_> = server.heard().iter().map(|heard| parameter(heard, "$filter").unwrap()).collect();
    assert_eq!(filters[0], "mail eq 'o''neil+x@contoso.example'");
    assert_eq!(filters[3], "proxyAddresses/any(p:p eq 'smtp:o''neil+x@contoso.example')");
    let server = Server::start(|_, _| json(200, r#"{"value":[{"id":"odd"}]}"#)).await;
    let problem = server.services().graph.users_at("a@b.example").await.unwrap_err();
    assert_eq!(problem.kind, ProblemKind::BadAnswer, "a user who cannot be read is not nobody");
}

#[tokio::test]
async fn no_permission_for_the_policy_is_told_as_such() {
    let server = Server::start(|_, _| {
        json(403, r#"{"error":{"code":"Authorization_RequestDenied","message":"Insufficient privileges"}}"#)
    })
    .await;
    let problem = server.services().graph.invitation_policy().await.unwrap_err();
    assert_eq!(problem.kind, ProblemKind::NotAllowed);
    assert!(problem.remedy.contains("Policy.Read.All"), "{problem}");
}

#[tokio::test]
async fn an_expired_token_of_a_command_is_replaced_once() {
    let server = Server::start(|_, heard| {
        if heard.headers["authorization"] == "Bearer t2" {
            json(200, &guest(1))
        } else {
            json(
                401,
                r#"{"error":{"code":"InvalidAuthenticationToken","message":"Lifetime validation failed"}}"#,
            )
        }
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    for (script, works) in [("echo x >> \"$0\"; echo t$(wc -l < \"$0\")", true), ("echo same", false)] {
        let count = folder.path().join(format!("count-{works}"));
        let command = ["/bin/sh", "-c", script, &count.to_string_lossy()].map(str::to_owned).to_vec();
        let credentials = super::Credentials {
            azure_devops: Way::AzureCli,
            after_connect: Way::Same,
            entra: Way::Command { command },
            secret_variables: vec![],
        };
        let environment = super::Environment::of([("PATH", "/usr/bin:/bin")]);
        let services =
            super::Services::new(server.settings(), credentials, environment, super::Observer::none())
                .unwrap();
        let before = server.heard().len();
        let me = services.graph.me().await;
        assert_eq!(me.is_ok(), works, "{me:?}");
        assert_eq!(server.heard().len() - before, if works { 2 } else { 1 });
        if let Err(problem) = me {
            assert_eq!(problem.kind, ProblemKind::NotSignedIn);
            assert!(problem.remedy.contains("az login --tenant contoso.example"), "{problem}");
        }
    }
}

#[tokio::test]
async fn discovery_names_the_tenant_or_says_that_there_is_none() {
    let server = Server::start(|_, heard| {
        if heard.target.contains("nowhere.example") {
            return json(400, r#"{"error":"invalid_tenant","error_description":"AADSTS90002: Tenant 'nowhere.example' not found. Trace ID: x","error_codes":[90002]}"#);
        }
        let issuer = format!("http://{}/login/00000000-0000-4000-8000-000000000001/v2.0", heard.headers["host"]);
        json(200, &format!(r#"{{"issuer":"{issuer}","token_endpoint":"{issuer}/token","tenant_region_scope":"EU","tenant_region_sub_scope":null,"cloud_instance_name":"microsoftonline.com"}}"#))
    })
    .await;
    let services = server.services();
    let found = services.entra.discover().await.unwrap();
    assert_eq!(found.id.to_string(), "00000000-0000-4000-8000-000000000001");
    assert_eq!(server.heard()[0].target, "/login/contoso.example/v2.0/.well-known/openid-configuration");
    let problem = services.entra.discover_tenant("nowhere.example").await.unwrap_err();
    assert_eq!((problem.kind, problem.code.as_deref()), (ProblemKind::NotFound, Some("AADSTS90002")));
    assert!(!problem.said.contains("Trace ID"), "{problem}");
}

#[tokio::test]
async fn the_probe_reads_headers_of_any_answer() {
    const ID: &str = "00000000-0000-4000-8000-000000000001";
    for status in [200, 203, 302, 401] {
        let server = Server::start(move |_, _| {
            with(
                status,
                &[
                    ("X-VSS-ResourceTenant", ID),
                    ("location", "https://x.example/_signin"),
                    ("content-type", "text/html"),
                ],
                "<html>",
            )
        })
        .await;
        let reading = server.services().probe.read().await.unwrap();
        assert_eq!(reading.backing, Some(Backing::Tenant(ID.parse().unwrap())), "{status}");
        assert_eq!(reading.status, status);
        assert_eq!(server.heard()[0].headers.get("authorization"), None);
    }
    for (status, kind) in
        [(404, ProblemKind::NotFound), (503, ProblemKind::ServiceFailing), (429, ProblemKind::Throttled)]
    {
        let server = Server::start(move |_, _| with(status, &[("X-VSS-ResourceTenant", ID)], "")).await;
        let problem = server.services().probe.read().await.unwrap_err();
        assert_eq!((problem.kind, problem.status), (kind, Some(status)));
    }
    let server = Server::start(|_, _| with(404, &[], "")).await;
    let problem = server.services().probe.read().await.unwrap_err();
    assert!(problem.remedy.contains("organization's name (`fabrikam`"), "{problem}");
}

#[tokio::test]
async fn the_way_after_the_switch_is_tried_without_asking_the_service() {
    let server = Server::start(|_, _| json(500, "")).await;
    let trial = server.services().try_after_connect().await.unwrap();
    assert_eq!((trial.way.as_str(), trial.tenant, trial.same_pat), ("same", None, true));
    let payload = URL_SAFE_NO_PAD.encode(r#"{"tid":"00000000-0000-4000-8000-000000000001"}"#);
    let credentials = super::Credentials {
        azure_devops: Way::Pat { env: "PAT".into() },
        after_connect: Way::Command { command: vec!["echo".into(), format!("e30.{payload}.c2ln")] },
        entra: Way::AzureCli,
        secret_variables: vec![],
    };
    let environment = super::Environment::of([("PATH", "/usr/bin:/bin"), ("PAT", "x")]);
    let services =
        super::Services::new(server.settings(), credentials, environment, super::Observer::none()).unwrap();
    let trial = services.try_after_connect().await.unwrap();
    assert_eq!((trial.way.as_str(), trial.same_pat), ("command", false));
    assert_eq!(trial.tenant.unwrap().to_string(), "00000000-0000-4000-8000-000000000001");
    assert!(server.heard().is_empty());
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
        let page: u32 = parameter(heard, "continuationToken").and_then(|t| t.parse().ok()).unwrap_or(0);
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

#[test]
fn a_name_that_changes_the_address_is_refused() {
    for bad in ["", "  ", "..", "a/b", "a?b", "https://dev.azure.com/fabrikam", "a#b", "a%2fb"] {
        let settings = super::Settings::new(bad, "contoso.example");
        let credentials = super::Credentials {
            azure_devops: Way::AzureCli,
            after_connect: Way::Same,
            entra: Way::AzureCli,
            secret_variables: vec![],
        };
        let result = super::Services::new(
            settings,
            credentials,
            super::Environment::default(),
            super::Observer::none(),
        );
        assert_eq!(result.unwrap_err().kind, ProblemKind::Local, "{bad}");
    }
}
