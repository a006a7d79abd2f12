//! Answers against the published descriptions.

use ado2entra::simulator::{Fault, Options, Scenario, TenantChange};
use serde_json::{Value, json};

use crate::{
    harness::{Play, options},
    schema::{Spec, assert_valid, faults},
};

#[tokio::test]
async fn the_roster_is_as_published_in_every_scenario() {
    let spec = Spec::devops("memberEntitlementManagement.json");
    let list = opened(spec.answer("/{organization}/_apis/userentitlements", "get", "200"));
    let one = opened(spec.answer("/{organization}/_apis/userentitlements/{userId}", "get", "200"));
    for scenario in Scenario::ALL {
        let options = Options { org_users: Some(150), tenant_users: Some(300), ..options(*scenario, &[]) };
        let play = Play::start(options).await;
        let page = play.get(&play.vsaex("userentitlements?api-version=7.1&select=projects")).await.json();
        assert_valid(&list, &page);
        let rows = page["items"].as_array().unwrap();
        assert!(!rows.is_empty());
        for row in rows.iter().take(5) {
            let key = row["id"].as_str().unwrap();
            let read = play.entitlement(key).await;
            assert_valid(&one, &read.json());
        }
        play.simulator.stop().await;
    }
}

/// The published file lacks one licence that the documentation names, and a list that Microsoft's examples have.
fn opened(mut schema: Value) -> Value {
    schema["$defs"]["AccessLevel"]["properties"]["gitHubLicenseType"] =
        json!({"enum": ["none", "enterprise"]});
    schema["$defs"]["UserEntitlement"]["properties"]["extensions"] = json!({"type": "array"});
    if schema["properties"].get("accessLevel").is_some() {
        schema["properties"]["extensions"] = json!({"type": "array"});
    }
    schema
}

#[tokio::test]
async fn a_broken_answer_is_found_out() {
    let spec = Spec::devops("memberEntitlementManagement.json");
    let list = opened(spec.answer("/{organization}/_apis/userentitlements", "get", "200"));
    let play = Play::fabrikam(&[]).await;
    let good = play.get(&play.vsaex("userentitlements?api-version=7.1")).await.json();
    assert_valid(&list, &good);

    let mut misspelt = good.clone();
    let user = misspelt["items"][0]["user"].as_object_mut().unwrap();
    let origin = user.remove("originId").unwrap();
    user.insert("originid".to_owned(), origin);
    assert!(faults(&list, &misspelt).iter().any(|fault| fault.contains("originid")));

    let mut wrong_type = good.clone();
    wrong_type["items"][0]["user"]["displayName"] = json!(7);
    assert!(!faults(&list, &wrong_type).is_empty());

    let mut unknown_word = good.clone();
    unknown_word["items"][0]["accessLevel"]["status"] = json!("asleep");
    assert!(!faults(&list, &unknown_word).is_empty());

    let mut no_id = good;
    no_id["items"][0]["id"] = json!("not an id");
    assert!(!faults(&list, &no_id).is_empty());

    let users = Spec::graph().answer("/users", "get", "200");
    assert!(!faults(&users, &json!({"value": [{"id": "x", "otherMails": null}]})).is_empty());
    assert!(!faults(&users, &json!({})).is_empty());
}

#[tokio::test]
async fn graph_resources_of_azure_devops_are_as_published() {
    let spec = Spec::devops("graph.json");
    let play = Play::fabrikam(&[Fault::EntraGroupPca]).await;

    let users = play.get(&play.vssps("graph/users?api-version=7.1-preview.1")).await.json();
    assert_valid(&spec.wrapped("/{organization}/_apis/graph/users", "get"), &users);
    // What a query finds is published as subjects; of kind *user* they are users.
    let found = play.query_subjects("wanjiru.kimani@").await;
    assert_eq!(found.status, 200, "{}", found.text);
    assert_valid(&spec.wrapped("/{organization}/_apis/graph/users", "get"), &found.json());
    assert_eq!(found.json()["count"], 1);
    let groups = play.get(&play.vssps("graph/groups?api-version=7.1-preview.1")).await.json();
    assert_valid(&spec.wrapped("/{organization}/_apis/graph/groups", "get"), &groups);

    let user = users["value"][3]["descriptor"].as_str().unwrap();
    let one =
        |part: &str, rest: &str| play.vssps(&format!("graph/{part}/{user}{rest}?api-version=7.1-preview.1"));
    let cases = [
        ("/{organization}/_apis/graph/users/{userDescriptor}", one("users", "")),
        ("/{organization}/_apis/graph/Users/{userDescriptor}/providerinfo", one("Users", "/providerinfo")),
        ("/{organization}/_apis/graph/storagekeys/{subjectDescriptor}", one("storagekeys", "")),
        ("/{organization}/_apis/graph/membershipstates/{subjectDescriptor}", one("membershipstates", "")),
    ];
    for (path, url) in cases {
        let answer = play.get(&url).await;
        assert_eq!(answer.status, 200, "{url}: {}", answer.text);
        assert_valid(&spec.answer(path, "get", "200"), &answer.json());
    }
    let key = play.get(&one("storagekeys", "")).await.json()["value"].as_str().unwrap().to_owned();
    let back = play.get(&play.vssps(&format!("graph/descriptors/{key}?api-version=7.1"))).await.json();
    assert_valid(&spec.answer("/{organization}/_apis/graph/descriptors/{storageKey}", "get", "200"), &back);
    assert_eq!(back["value"], user);

    let administrators = group(&groups, "[fabrikam]\\Project Collection Administrators");
    let down = play
        .get(
            &play.vssps(&format!(
                "graph/Memberships/{administrators}?direction=down&api-version=7.1-preview.1"
            )),
        )
        .await
        .json();
    assert_valid(&spec.wrapped("/{organization}/_apis/graph/Memberships/{subjectDescriptor}", "get"), &down);
    let members: Vec<_> =
        down["value"].as_array().unwrap().iter().map(|row| &row["memberDescriptor"]).collect();
    assert!(members.iter().any(|member| member.as_str().unwrap().starts_with("vssgp.")), "a nested group");
    assert!(
        members.iter().any(|member| member.as_str().unwrap().starts_with("aadgp.")),
        "a group of the tenant"
    );
    let membership = play.vssps(&format!(
        "graph/memberships/{}/{administrators}?api-version=7.1-preview.1",
        members.last().unwrap().as_str().unwrap()
    ));
    let path = "/{organization}/_apis/graph/memberships/{subjectDescriptor}/{containerDescriptor}";
    assert_valid(&spec.answer(path, "get", "200"), &play.get(&membership).await.json());
    let head = play.client.head(&membership).basic_auth("", Some(play.simulator.azure_devops_token()));
    assert_eq!(head.send().await.unwrap().status(), 200);
}

fn group(groups: &Value, principal: &str) -> String {
    let rows = groups["value"].as_array().unwrap();
    let row = rows.iter().find(|row| row["principalName"] == principal).unwrap();
    row["descriptor"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_mapping_answers_a_published_user() {
    let spec = Spec::devops("graph.json");
    let schema = spec.answer("/{organization}/_apis/graph/users/{userDescriptor}", "patch", "200");
    let play = Play::fabrikam(&[]).await;
    play.control.connect();
    let person = play.person("wanjiru.kimani@mailbox.example").await;
    let target = play.control.object_id("wanjiru.kimani@contoso.com").unwrap();
    let answer = play.map(person["user"]["descriptor"].as_str().unwrap(), &target).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_valid(&schema, &answer.json());
    assert_eq!(answer.json()["originId"], target.as_str());
}

#[tokio::test]
async fn the_smaller_services_are_as_published() {
    let play = Play::fabrikam(&[]).await;
    let endpoints = play.simulator.endpoints();

    let health = format!("{}/_apis/status/health?api-version=7.1-preview.1", endpoints.azure_devops_status);
    let health = play.client.get(health).send().await.unwrap();
    let schema = Spec::devops("status.json").answer("/_apis/status/health", "get", "200");
    assert_valid(&schema, &serde_json::from_str(&health.text().await.unwrap()).unwrap());

    let spec = Spec::devops("identities.json");
    let found = play
        .get(&play.vssps(
            "identities?searchFilter=MailAddress&filterValue=deniz.sahin%40contoso.com&api-version=7.1",
        ))
        .await
        .json();
    assert_valid(&spec.wrapped("/{organization}/_apis/identities", "get"), &found);
    assert_eq!(found["count"], 2, "the hidden duplicate is found");

    let switch = Play::start(options(Scenario::Switch, &[])).await;
    let rules = switch.get(&switch.vsaex("groupentitlements?api-version=7.1")).await.json();
    assert_eq!(rules["count"], 2);
    let schema = Spec::devops("memberEntitlementManagement.json").named("GroupEntitlement");
    for rule in rules["value"].as_array().unwrap() {
        assert_valid(&schema, rule);
    }
    switch.control.connect();
    let rules = switch.get(&switch.vsaex("groupentitlements?api-version=7.1")).await.json();
    assert_eq!(rules["count"], 0, "groups of the old tenant do not survive the switch");

    let tokens = Spec::devops("tokenAdmin.json");
    let path = "/{organization}/_apis/tokenadmin/personalaccesstokens/{subjectDescriptor}";
    let schema = tokens.answer(path, "get", "200").to_string().replace("\"format\":\"date-time\",", "");
    let schema: Value = serde_json::from_str(&schema.replace(",\"format\":\"date-time\"", "")).unwrap();
    let operator = play.person("niamh.halloran@mailbox.example").await;
    let descriptor = operator["user"]["descriptor"].as_str().unwrap();
    let base = play.vssps(&format!("tokenadmin/personalaccesstokens/{descriptor}?api-version=7.1-preview.1"));
    let list = play.get(&base).await.json();
    assert_valid(&schema, &list);
    assert_eq!(list["value"].as_array().unwrap().len(), 3);
    assert!(
        list["value"].as_array().unwrap().iter().any(|token| token["targetAccounts"].is_null()),
        "a global one"
    );
    let keys = play.get(&format!("{base}&isPublic=true")).await.json();
    assert_valid(&schema, &keys);
    assert_eq!(keys["value"].as_array().unwrap().len(), 1);

    let log =
        format!("{}/fabrikam/_apis/audit/auditlog?api-version=7.1-preview.1", endpoints.azure_devops_audit);
    assert_eq!(play.get(&log).await.status, 403, "not before connecting");
    play.control.connect();
    let schema = Spec::devops("audit.json").answer("/{organization}/_apis/audit/auditlog", "get", "200");
    let log = play.get(&log).await.json();
    assert_valid(&schema, &log);
    assert_eq!(log["decoratedAuditLogEntries"][0]["actionId"], "Organization.LinkToAAD");
}

#[tokio::test]
async fn the_tenant_is_as_published_in_every_scenario() {
    let spec = Spec::graph();
    let select = "$select=id,displayName,givenName,surname,mail,userPrincipalName,otherMails,proxyAddresses,userType,\
                  accountEnabled,externalUserState,creationType,identities,mailNickname,onPremisesSamAccountName,\
                  createdDateTime";
    for scenario in Scenario::ALL {
        let options = Options { org_users: Some(150), tenant_users: Some(300), ..options(*scenario, &[]) };
        let play = Play::start(options).await;
        let usual = play.graph("users").await.json();
        assert_valid(&spec.answer("/users", "get", "200"), &usual);
        let page = play.graph(&format!("users?{select}&$top=999")).await.json();
        assert_valid(&spec.answer("/users", "get", "200"), &page);
        let first = &page["value"][0];
        assert_eq!(first.as_object().unwrap().len(), 16);
        let id = first["id"].as_str().unwrap();
        assert_valid(
            &spec.answer("/users/{user-id}", "get", "200"),
            &play.graph(&format!("users/{id}?{select}")).await.json(),
        );
        assert_valid(&spec.answer("/me", "get", "200"), &play.graph(&format!("me?{select}")).await.json());
        assert_valid(&spec.answer("/organization", "get", "200"), &play.graph("organization").await.json());
        assert_valid(
            &spec.answer("/policies/authorizationPolicy", "get", "200"),
            &play.graph("policies/authorizationPolicy").await.json(),
        );
        assert_valid(&spec.answer("/users/delta", "get", "200"), &play.graph("users/delta").await.json());
    }
    let play = Play::fabrikam(&[]).await;
    let now = play.graph(&format!("users/delta?{select}&$deltatoken=latest")).await.json();
    let link = now["@odata.deltaLink"].as_str().unwrap().to_owned();
    play.control.change_tenant_user("amara.okonjo@contoso.com", &TenantChange::Disable);
    play.control.change_tenant_user("arjun.banerji@contoso.com", &TenantChange::Delete);
    play.control.change_tenant_user("niamh.halloran@contoso.com", &TenantChange::Purge);
    for fault in [None, Some(Fault::DeltaSparse), Some(Fault::DeltaReplays)] {
        if let Some(fault) = fault {
            play.control.set_fault(fault, true);
        }
        let round = play.graph(&link).await.json();
        assert!(round["value"].as_array().unwrap().len() >= 3, "{round}");
        assert_valid(&spec.answer("/users/delta", "get", "200"), &round);
    }
}

#[tokio::test]
async fn groups_roles_invitations_and_batches_are_as_published() {
    let spec = Spec::graph();
    let play = Play::fabrikam(&[Fault::EntraGroupPca]).await;
    let mine = play.graph("me/transitiveMemberOf").await.json();
    let mut kinds = Vec::new();
    for item in mine["value"].as_array().unwrap() {
        let kind = item["@odata.type"].as_str().unwrap().trim_start_matches('#');
        assert_valid(&spec.named(kind), item);
        kinds.push(kind);
    }
    assert!(
        kinds.contains(&"microsoft.graph.directoryRole") && kinds.contains(&"microsoft.graph.group"),
        "{kinds:?}"
    );

    let invite = json!({"invitedUserEmailAddress": "olga.vasquez@mailbox.example", "inviteRedirectUrl": "https://dev.azure.com/fabrikam"});
    assert_eq!(play.post_graph("invitations", &invite).await.status, 403, "the policy forbids it");
    play.control.set_invitation_policy("everyone");
    let invited = play.post_graph("invitations", &invite).await;
    assert_eq!(invited.status, 201, "{}", invited.text);
    assert_valid(&spec.answer("/invitations", "post", "201"), &invited.json());
    let id = invited.json()["invitedUser"]["id"].as_str().unwrap().to_owned();
    let guest =
        play.graph(&format!("users/{id}?$select=userPrincipalName,userType,externalUserState")).await.json();
    assert_eq!(guest["userPrincipalName"], "olga.vasquez_mailbox.example#EXT#@contoso.onmicrosoft.com");
    assert_eq!(guest["externalUserState"], "PendingAcceptance");
    for refused in ["a+b@mailbox.example", "somebody@contoso.com", "nobody"] {
        let body = json!({"invitedUserEmailAddress": refused, "inviteRedirectUrl": "https://dev.azure.com/fabrikam"});
        let answer = play.post_graph("invitations", &body).await;
        assert_eq!(answer.status, 400, "{refused}");
        assert_valid(&spec.answer("/invitations", "post", "default"), &answer.json());
    }

    let batch = json!({"requests": [
        {"id": "1", "method": "GET", "url": "/me"}, {"id": "2", "method": "GET", "url": "/users/none"}]});
    let answer = play.post_graph("$batch", &batch).await.json();
    assert_valid(&spec.answer("/$batch", "post", "200"), &answer);
    let status = |id: &str| {
        let rows = answer["responses"].as_array().unwrap();
        rows.iter().find(|row| row["id"] == id).unwrap()["status"].clone()
    };
    assert_eq!((status("1"), status("2")), (json!(200), json!(404)));
}
