//! How the state changes: connecting, mapping, removing, disconnecting.

use ado2entra::simulator::{Fault, Options, Scenario, TenantChange};
use serde_json::Value;

use crate::harness::{Play, options, read};

fn connected(row: &Value, tenant: &str) -> bool {
    row["user"]["origin"] == "aad" && row["user"]["domain"] == tenant
}

#[tokio::test]
async fn connecting_maps_exactly_those_whose_address_is_one_enabled_user_name() {
    let play = Play::fabrikam(&[]).await;
    let tenant = play.simulator.tenant_id().to_owned();
    let before = play.roster().await;
    assert!((50..75).contains(&before.len()), "{} people", before.len());
    let mapped = play.control.connect();
    let after = play.roster().await;
    assert_eq!(after.len(), before.len(), "nobody appears or disappears");

    let mut changed = 0;
    for (old, new) in before.iter().zip(&after) {
        assert_eq!(old["id"], new["id"], "storage keys stay");
        let address = old["user"]["principalName"].as_str().unwrap();
        if connected(old, &tenant) || !connected(new, &tenant) {
            assert_eq!(old["user"]["descriptor"], new["user"]["descriptor"]);
            continue;
        }
        changed += 1;
        assert_eq!(old["user"]["origin"], "msa", "{address}");
        for property in ["origin", "originId", "domain", "descriptor"] {
            assert_ne!(old["user"][property], new["user"][property], "{property} of {address}");
        }
        assert_eq!(old["accessLevel"], new["accessLevel"]);
        // exactly one enabled user with that name
        let filter = format!("users?$filter=userPrincipalName eq '{address}'&$select=id,accountEnabled");
        let users = play.graph(&filter).await.json();
        assert_eq!(users["value"].as_array().unwrap().len(), 1, "{address}");
        assert_eq!(users["value"][0]["accountEnabled"], true);
        assert_eq!(users["value"][0]["id"], new["user"]["originId"]);
    }
    assert_eq!(changed, mapped);
    assert!(mapped > 20, "{mapped}");
    // disabled, deleted, already there, only a guest, and another address: none of them goes by itself
    for address in [
        "vikram.rasmussen@contoso.com",
        "zofia.bielak@contoso.com",
        "cedric.moreau@contoso.com",
        "kwame.mensah@mailbox.example",
        "wanjiru.kimani@mailbox.example",
    ] {
        let row = after
            .iter()
            .find(|row| row["user"]["principalName"] == address && row["user"]["origin"] == "msa");
        assert!(row.is_some(), "{address}");
    }
}

#[tokio::test]
async fn an_old_descriptor_names_nothing_and_the_storage_key_leads_to_the_new_one() {
    let play = Play::fabrikam(&[]).await;
    let before = play.person("amara.okonjo@contoso.com").await;
    let (key, old) = (before["id"].as_str().unwrap(), before["user"]["descriptor"].as_str().unwrap());
    assert!(old.starts_with("msa."));
    play.control.connect();
    let gone = play.get(&play.vssps(&format!("graph/users/{old}?api-version=7.1-preview.1"))).await;
    assert_eq!(gone.status, 404);
    assert_eq!(gone.json()["typeKey"], "VssResourceNotFoundException");
    let now = play.get(&play.vssps(&format!("graph/descriptors/{key}?api-version=7.1"))).await.json();
    assert!(now["value"].as_str().unwrap().starts_with("aad."));
    let groups = |descriptor: String| {
        let url =
            play.vssps(&format!("graph/memberships/{descriptor}?direction=up&api-version=7.1-preview.1"));
        let play = &play;
        async move { play.get(&url).await.json()["count"].clone() }
    };
    assert_eq!(groups(now["value"].as_str().unwrap().to_owned()).await, 1, "memberships come along");
}

#[tokio::test]
async fn mapping_is_refused_before_connecting_and_onto_an_active_member() {
    let play = Play::fabrikam(&[]).await;
    let person = play.person("cedric.moreau@contoso.com").await;
    let aad = play
        .roster()
        .await
        .into_iter()
        .filter(|row| row["user"]["principalName"] == "cedric.moreau@contoso.com");
    let person = aad.into_iter().find(|row| row["user"]["origin"] == "msa").unwrap_or(person);
    let descriptor = person["user"]["descriptor"].as_str().unwrap().to_owned();
    let active = play.control.object_id("cedric.moreau@contoso.com").unwrap();

    // before connecting only the access token is good for anything
    let url = play.vssps(&format!("graph/users/{descriptor}?api-version=7.1-preview.1"));
    let request = play.client.patch(&url).basic_auth("", Some(play.simulator.azure_devops_token()));
    let early = read(request.body(format!("{{\"originId\":\"{active}\"}}")).send().await.unwrap()).await;
    assert_eq!(early.status, 400, "{}", early.text);
    assert!(early.text.contains("VS860016"));
    assert_eq!(play.map(&descriptor, &active).await.status, 401, "a token of a tenant that backs nothing");

    play.control.connect();
    let refused = play.map(&descriptor, &active).await;
    assert_eq!(refused.status, 409, "{}", refused.text);
    let nobody = play.map(&descriptor, "6f2e0000-0000-4000-8000-000000000000").await;
    assert_eq!(nobody.status, 400);
    assert_eq!(play.map(&descriptor, "rubbish").await.status, 400);

    // the way out: remove the second identity, then map
    let key = play.roster().await.into_iter().find(|row| row["user"]["originId"] == active.as_str()).unwrap();
    let url = play.vsaex(&format!("userentitlements/{}?api-version=7.1", key["id"].as_str().unwrap()));
    let deleted = play.client.delete(&url).bearer_auth(play.simulator.azure_devops_entra_token());
    assert_eq!(deleted.send().await.unwrap().status(), 200);
    assert_eq!(play.get(&url).await.status, 404);
    assert_eq!(play.map(&descriptor, &active).await.status, 200);
    assert_eq!(play.map(&descriptor, &active).await.status, 404, "its descriptor has changed");
    assert_eq!(play.control.mappings().values().copied().collect::<Vec<_>>(), [1]);
    assert_eq!(play.control.patches()[&descriptor], 7);
}

#[tokio::test]
async fn an_active_target_is_stripped_where_the_switch_says_so() {
    let play = Play::fabrikam(&[Fault::ActiveTargetStrips]).await;
    play.control.connect();
    let victim = play.person("hana.havlicek@contoso.com").await;
    let person = play.person("olga.vasquez@mailbox.example").await;
    let target = victim["user"]["originId"].as_str().unwrap();
    let answer = play.map(person["user"]["descriptor"].as_str().unwrap(), target).await;
    assert_eq!(answer.status, 200);
    assert_eq!(play.entitlement(victim["id"].as_str().unwrap()).await.status, 404);
    let mapped = play.entitlement(person["id"].as_str().unwrap()).await.json();
    assert_eq!(mapped["user"]["originId"], target);
}

#[tokio::test]
async fn storage_keys_change_where_the_switch_says_so() {
    let play = Play::fabrikam(&[Fault::KeysChange]).await;
    let before = play.person("amara.okonjo@contoso.com").await;
    play.control.connect();
    assert_eq!(play.entitlement(before["id"].as_str().unwrap()).await.status, 404);
    let after = play.person("amara.okonjo@contoso.com").await;
    assert_ne!(before["id"], after["id"]);
    assert_eq!(before["accessLevel"], after["accessLevel"]);
    assert_eq!(play.entitlement(after["id"].as_str().unwrap()).await.status, 200);
}

#[tokio::test]
async fn guests_are_mapped_too_where_the_switch_says_so() {
    let play = Play::fabrikam(&[Fault::ConnectMapsGuests]).await;
    play.control.connect();
    let guest = play.person("kwame.mensah@mailbox.example").await;
    assert_eq!(guest["user"]["origin"], "aad");
    assert_eq!(guest["user"]["metaType"], "guest", "shown under the external address, never as #EXT#");
}

#[tokio::test]
async fn the_wrong_directory_and_the_way_back() {
    let play = Play::fabrikam(&[Fault::WrongDirectory]).await;
    let before = play.roster().await;
    assert_eq!(play.control.connect(), 0);
    assert_ne!(play.control.backing_tenant().as_deref(), Some(play.simulator.tenant_id()));
    play.control.disconnect();
    assert_eq!(play.control.backing_tenant(), None);
    play.control.set_fault(Fault::WrongDirectory, false);
    assert!(play.control.connect() > 0);
    play.control.disconnect();
    assert_eq!(play.roster().await, before, "everybody signs in as before");
    assert_eq!(play.control.connect_to("adatum.onmicrosoft.com"), Some(0));
    assert_eq!(play.control.connect_to("nowhere.example"), None);
}

#[tokio::test]
async fn credentials_change_hands_at_the_switch() {
    let play = Play::fabrikam(&[Fault::PatDiesAtConnect]).await;
    let url = format!(
        "{}/fabrikam/_apis/connectionData?api-version=7.1-preview",
        play.simulator.endpoints().azure_devops
    );
    let entra = || async {
        read(
            play.client
                .get(&url)
                .bearer_auth(play.simulator.azure_devops_entra_token())
                .send()
                .await
                .unwrap(),
        )
        .await
    };
    assert_eq!(play.get(&url).await.status, 200);
    let refused = entra().await;
    assert_eq!(refused.status, 401);
    assert!(refused.text.starts_with('\u{feff}'), "behind a byte-order mark");
    assert!(refused.json()["message"].as_str().unwrap().starts_with("TF400813"));
    play.control.connect();
    let dead = play.get(&url).await;
    assert_eq!((dead.status, dead.text.as_str()), (401, ""));
    let me = entra().await.json();
    assert!(me["authenticatedUser"]["subjectDescriptor"].as_str().unwrap().starts_with("aad."));
    assert_eq!(me["authenticatedUser"]["properties"]["Account"]["$value"], "niamh.halloran@contoso.com");
}

#[tokio::test]
async fn changes_in_the_tenant_appear_late_where_the_switch_says_so() {
    let late = Options {
        entra_delay: std::time::Duration::from_secs(3_600),
        ..options(Scenario::Fabrikam, &[Fault::LateEntra])
    };
    let play = Play::start(late).await;
    assert!(play.control.change_tenant_user("amara.okonjo@contoso.com", &TenantChange::Disable));
    let listed = play
        .graph("users?$filter=userPrincipalName eq 'amara.okonjo@contoso.com'&$select=accountEnabled")
        .await;
    assert_eq!(listed.json()["value"][0]["accountEnabled"], true, "the list does not know yet");
    let itself = play.graph("users/amara.okonjo@contoso.com?$select=accountEnabled").await;
    assert_eq!(itself.json()["accountEnabled"], false, "the directory does");
    play.control.connect();
    assert_eq!(
        play.person("amara.okonjo@contoso.com").await["user"]["origin"],
        "aad",
        "nor does Azure DevOps"
    );
    play.control.set_fault(Fault::LateEntra, false);
    assert!(play.control.change_tenant_user("aoife.gallagher@contoso.com", &TenantChange::Delete));
    assert_eq!(play.graph("users/aoife.gallagher@contoso.com").await.status, 404);
    let bin = play.graph("directory/deletedItems/microsoft.graph.user").await.json();
    assert_eq!(bin["value"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_mapping_whose_answer_never_comes_is_done_all_the_same() {
    let play = Play::fabrikam(&[Fault::PatchUnknown]).await;
    play.control.connect();
    let person = play.person("wanjiru.kimani@mailbox.example").await;
    let target = play.control.object_id("wanjiru.kimani@contoso.com").unwrap();
    assert!(play.try_map(person["user"]["descriptor"].as_str().unwrap(), &target).await.is_err());
    let after = play.entitlement(person["id"].as_str().unwrap()).await.json();
    assert_eq!(after["user"]["originId"], target.as_str());
}

#[tokio::test]
async fn odd_answers_to_a_mapping() {
    let play = Play::fabrikam(&[Fault::Patch201, Fault::PatchStringError]).await;
    play.control.connect();
    let person = play.person("wanjiru.kimani@mailbox.example").await;
    let descriptor = person["user"]["descriptor"].as_str().unwrap();
    let refused = play.map(descriptor, &play.control.object_id("amara.okonjo@contoso.com").unwrap()).await;
    assert_eq!(refused.status, 409);
    assert!(refused.json().is_string());
    let done = play.map(descriptor, &play.control.object_id("wanjiru.kimani@contoso.com").unwrap()).await;
    assert_eq!(done.status, 201);
    let descriptor = done.json()["descriptor"].as_str().unwrap().to_owned();
    assert!(done.header("location").unwrap().ends_with(&descriptor));
}

#[tokio::test]
async fn a_new_person_and_a_removed_one_are_seen() {
    let play = Play::fabrikam(&[]).await;
    play.control.connect();
    let key = play.control.add_person("Priya Mbeki", "priya.mbeki@contoso.com");
    let row = play.entitlement(&key).await.json();
    assert_eq!(row["user"]["origin"], "aad");
    assert_eq!(Some(key.clone()), play.control.storage_key("priya.mbeki@contoso.com"));
    assert!(play.control.remove_person(&key));
    assert!(!play.control.remove_person(&key));
    assert_eq!(play.entitlement(&key).await.status, 404);
}
