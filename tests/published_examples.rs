//! What Microsoft publishes as example answers is readable by our clients: every example of a call that we read is served
//! from loopback and read through the client. The files and their licence are in `tests/specs/azure-devops/`.

#![expect(clippy::unwrap_used, reason = "the helpers of a test may fail it")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use ado2entra::domain::people::LastAccess;
use ado2entra::domain::{Descriptor, StorageKey};
use ado2entra::services::{
    Credentials, Endpoints, Environment, Observer, Raw, Services, Settings, Way, wire,
};
use axum::Router;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use serde_json::Value;

fn folder(area: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/specs/azure-devops/examples").join(area)
}

/// The bodies of good answers of an area, by file name.
fn bodies(area: &str) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder(area)).unwrap() {
        let path = entry.unwrap().path();
        let example: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        let responses = example["responses"].as_object().unwrap();
        for (status, response) in responses.iter().filter(|(status, _)| status.starts_with('2')) {
            if !response["body"].is_null() {
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                found.insert(format!("{area}/{name} {status}"), response["body"].clone());
            }
        }
    }
    assert!(!found.is_empty(), "no examples in {area}");
    found
}

/// Clients of a service that answers everything with this body.
async fn serving(body: &Value) -> Services {
    let text = body.to_string();
    let app = Router::new().fallback(move || {
        let text = text.clone();
        async move { (StatusCode::OK, [(CONTENT_TYPE, "application/json; charset=utf-8")], text) }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    let mut settings = Settings::new("fabrikam", "contoso.example");
    settings.endpoints = Endpoints {
        azure_devops: base.clone(),
        azure_devops_identity: base.clone(),
        azure_devops_entitlements: base.clone(),
        azure_devops_audit: base.clone(),
        azure_devops_status: base.clone(),
        microsoft_graph: base.clone(),
        entra_login: base,
    };
    let credentials = Credentials {
        azure_devops: Way::Pat { env: "PAT".into() },
        after_connect: Way::Same,
        entra: Way::AzureCli,
        secret_variables: vec![],
    };
    Services::new(settings, credentials, Environment::of([("PAT", "made-up")]), Observer::none()).unwrap()
}

/// Every object inside that has this member.
fn inside<'a>(value: &'a Value, member: &str, found: &mut Vec<&'a Value>) {
    match value {
        Value::Object(object) => {
            if object.contains_key(member) {
                found.push(value);
            }
            object.values().for_each(|inner| inside(inner, member, found));
        }
        Value::Array(list) => list.iter().for_each(|inner| inside(inner, member, found)),
        _ => {}
    }
}

#[tokio::test]
async fn user_entitlements() {
    let mut read = 0;
    for (name, body) in bodies("UserEntitlements") {
        let mut rows = Vec::new();
        inside(&body, "accessLevel", &mut rows);
        for row in rows.iter().filter(|row| row.get("user").is_some_and(Value::is_object)) {
            let user =
                wire::org_user_from_json(&row.to_string()).unwrap_or_else(|why| panic!("{name}: {why}"));
            assert!(
                !user.descriptor.as_str().is_empty() && !user.principal_name.is_empty(),
                "{name}: {user:?}"
            );
            assert_ne!(user.last_accessed, LastAccess::Unknown, "{name}");
            // The same row through the client, alone and as a list.
            let alone = serving(row).await.azure_devops.user(&user.storage_key).await.unwrap();
            assert_eq!(alone, user, "{name}");
            let list = serde_json::json!({ "items": [row], "continuationToken": null });
            let (all, skipped) = serving(&list).await.azure_devops.users(Raw::Drop).all().await.unwrap();
            assert_eq!((all, skipped), (vec![user], vec![]), "{name}");
            read += 1;
        }
    }
    assert!(read >= 3, "{read}");
}

#[tokio::test]
async fn never_accessed_and_a_missing_origin_are_recognised() {
    let bodies = bodies("UserEntitlements");
    let body = bodies.iter().find(|(name, _)| name.contains("GET__")).unwrap().1;
    let user = wire::org_user_from_json(&body.to_string()).unwrap();
    assert_eq!(user.last_accessed, LastAccess::Never);
    assert_eq!(user.origin_id, None, "the zero GUID is no origin");
    assert_eq!(user.access_level.as_deref(), Some("Stakeholder"));
}

#[tokio::test]
async fn graph_users() {
    for (name, body) in bodies("Users") {
        let services = serving(&body).await;
        if body["value"].is_array() {
            let mut pages = services.azure_devops.graph_users(&[], Raw::Keep);
            let page = pages.next().await.unwrap().unwrap();
            assert_eq!(page.items.len(), body["value"].as_array().unwrap().len(), "{name}");
            assert_eq!(page.raw.len(), page.items.len(), "{name}");
            assert!(page.skipped.is_empty(), "{name}");
            assert!(pages.next().await.unwrap().is_none());
        } else {
            let user = services.azure_devops.graph_user(&Descriptor::new("aad.x")).await.unwrap();
            assert_eq!(user.descriptor.as_str(), body["descriptor"].as_str().unwrap(), "{name}");
            assert_eq!(user.origin, body["origin"].as_str().unwrap(), "{name}");
        }
    }
}

#[tokio::test]
async fn groups_and_the_one_of_the_administrators() {
    for (name, body) in bodies("Groups") {
        let services = serving(&body).await;
        if body["value"].is_array() {
            let (groups, skipped) = services.azure_devops.groups(Raw::Drop).all().await.unwrap();
            assert!(skipped.is_empty(), "{name}");
            let administrators: Vec<_> = groups.iter().filter(|group| group.is_administrators()).collect();
            assert_eq!(administrators.len(), 1, "{name}: {administrators:?}");
            assert!(
                administrators[0].principal_name.ends_with("\\Project Collection Administrators"),
                "{name}"
            );
        } else {
            let group = services.azure_devops.group(&Descriptor::new("vssgp.x")).await.unwrap();
            assert_eq!(group.descriptor.as_str(), body["descriptor"].as_str().unwrap(), "{name}");
        }
    }
}

#[tokio::test]
async fn memberships() {
    for (name, body) in bodies("MembershipsBatch") {
        let mut rows = Vec::new();
        inside(&body, "memberDescriptor", &mut rows);
        let members = serving(&body).await.azure_devops.members(&Descriptor::new("vssgp.x")).await.unwrap();
        assert_eq!(members.len(), rows.len(), "{name}");
        assert!(!members.is_empty(), "{name}");
    }
}

#[tokio::test]
async fn ids_and_states() {
    for (name, body) in bodies("StorageKeys") {
        let key = serving(&body).await.azure_devops.storage_key(&Descriptor::new("aad.x")).await.unwrap();
        assert_eq!(key.as_str(), body["value"].as_str().unwrap(), "{name}");
    }
    for (name, body) in bodies("Descriptors") {
        let descriptor = serving(&body).await.azure_devops.descriptor(&StorageKey::new("x")).await.unwrap();
        assert_eq!(descriptor.as_str(), body["value"].as_str().unwrap(), "{name}");
    }
    for (name, body) in bodies("Membershipstates") {
        let active = serving(&body).await.azure_devops.is_active(&Descriptor::new("aad.x")).await.unwrap();
        assert_eq!(active, body["active"].as_bool().unwrap(), "{name}");
    }
}

#[tokio::test]
async fn identities() {
    for (name, body) in bodies("Identities") {
        let found = serving(&body).await.azure_devops.identities_at("a@fabrikam.example").await.unwrap();
        let listed = body["value"].as_array().unwrap().iter().filter(|one| !one.is_null()).count();
        assert_eq!(found.len(), listed, "{name}");
        if name.contains("Email") {
            assert!(found[0].mail.is_some() && found[0].account.is_some() && found[0].active, "{name}");
        }
    }
}

#[tokio::test]
async fn tokens() {
    for (name, body) in bodies("personalAccessTokens") {
        let tokens = serving(&body).await.azure_devops.tokens(&Descriptor::new("msa.x")).await.unwrap();
        let listed = u32::try_from(body["value"].as_array().unwrap().len()).unwrap();
        assert_eq!((tokens.access_tokens, tokens.global_tokens), (listed, listed), "{name}");
    }
}

#[tokio::test]
async fn tokens_one_by_one() {
    for (name, body) in bodies("personalAccessTokens") {
        let (_, notes) =
            serving(&body).await.azure_devops.tokens_one_by_one(&Descriptor::new("msa.x")).await.unwrap();
        // The same body answers for tokens and for keys.
        assert_eq!(notes.len(), 2 * body["value"].as_array().unwrap().len(), "{name}");
        assert!(
            notes.iter().all(|note| note.valid_to.is_some() && note.scope.is_some()),
            "{name}: {notes:?}"
        );
    }
}

#[tokio::test]
async fn the_audit_log() {
    for (name, mut body) in bodies("auditLog") {
        // The published page says that there is more; here it is the only one.
        body["value"]["hasMore"] = Value::from(false);
        body["value"]["decoratedAuditLogEntries"][0]["actionId"] = Value::from("Organization.LinkToAAD");
        let found =
            serving(&body).await.azure_devops.audit_of_connection(jiff::Timestamp::UNIX_EPOCH).await.unwrap();
        assert_eq!(found.len(), 1, "{name}");
        assert_eq!(found[0].actor, "Norman Paulk", "{name}");
        assert_eq!(found[0].at.to_string(), "2019-03-05T14:05:02.1460838Z", "{name}");
    }
}

#[tokio::test]
async fn health() {
    for (name, body) in bodies("health") {
        let health = serving(&body).await.status.health().await.unwrap();
        assert_eq!(health.health, "healthy", "{name}");
        assert!(health.unhealthy.is_empty(), "{name}");
    }
}
