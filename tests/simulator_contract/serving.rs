//! The simulator itself: where it listens, what it says about itself, its portal page, its configuration.

use std::net::SocketAddr;

use ado2entra::simulator::{Fault, Options, Scenario, StartError, start};

use crate::harness::{Play, client, options, read};

#[tokio::test]
async fn only_loopback_and_only_its_own_name() {
    let elsewhere = Options { listen: "0.0.0.0:0".parse::<SocketAddr>().unwrap(), ..Options::default() };
    assert!(matches!(start(elsewhere).await, Err(StartError::NotLoopback(_))));

    let play = Play::fabrikam(&[]).await;
    let url = format!("http://{}/devops/fabrikam", play.simulator.address());
    let stranger = play.client.get(&url).header("host", "evil.example").send().await.unwrap();
    assert_eq!(stranger.status(), 421);
    let own = play.client.get(&url).send().await.unwrap();
    assert_eq!(own.headers()["x-simulated-by"], "ado2entra");

    let taken = Options { listen: play.simulator.address(), ..Options::default() };
    assert!(matches!(start(taken).await, Err(StartError::Listen { .. })));
    let address = play.simulator.address();
    play.simulator.stop().await;
    let again = start(Options { listen: address, ..Options::default() }).await.unwrap();
    assert_eq!(again.address(), address);
}

#[tokio::test]
async fn a_browser_can_press_connect() {
    let play = Play::fabrikam(&[]).await;
    let url = play.simulator.portal_url();
    let page = read(play.client.get(&url).send().await.unwrap()).await;
    assert!(page.text.contains("SIMULATION") && page.text.contains("Contoso"));
    assert!(page.header("content-security-policy").unwrap().starts_with("default-src 'none'"));

    let form = format!("tenant={}", play.simulator.tenant_id());
    let foreign =
        play.client.post(format!("{url}/connect")).header("origin", "http://evil.example").body(form.clone());
    assert_eq!(foreign.send().await.unwrap().status(), 403);
    assert_eq!(play.control.backing_tenant(), None);

    let pressed = read(play.client.post(format!("{url}/connect")).body(form).send().await.unwrap()).await;
    assert_eq!(pressed.status, 303);
    assert_eq!(play.control.backing_tenant().as_deref(), Some(play.simulator.tenant_id()));
    let page = read(play.client.get(&url).send().await.unwrap()).await;
    assert!(page.text.contains("Connected to <strong>Contoso</strong>"));

    let pressed = play.client.post(format!("{url}/disconnect")).send().await.unwrap();
    assert_eq!(pressed.status(), 303);
    assert_eq!(play.control.backing_tenant(), None);
    play.control.set_fault(Fault::ConnectRefused, true);
    let refused = read(play.client.post(format!("{url}/connect")).send().await.unwrap()).await;
    assert!(refused.text.contains("several active identities"));
    assert_eq!(play.control.backing_tenant(), None);
}

#[tokio::test]
async fn a_script_can_hold_the_handle() {
    let play = Play::fabrikam(&[]).await;
    let url = format!("http://{}/simulator", play.simulator.address());
    let post = |path: &str| {
        let request = play.client.post(format!("{url}/{path}"));
        async move { read(request.send().await.unwrap()).await }
    };
    assert_eq!(post("faults/throttle/on").await.json()["faults"], serde_json::json!(["throttle"]));
    assert_eq!(post("faults/throttel/on").await.status, 404);
    assert_eq!(post("faults/throttle/off").await.json()["faults"], serde_json::json!([]));
    assert_eq!(post("connect").await.json()["backing_tenant_id"], play.simulator.tenant_id());
    assert!(post("disconnect").await.json()["backing_tenant_id"].is_null());
    let foreign = play.client.post(format!("{url}/connect")).header("origin", "http://evil.example");
    assert_eq!(foreign.send().await.unwrap().status(), 403);
    let log = read(play.client.get(format!("{url}/requests")).send().await.unwrap()).await.json();
    assert_eq!(log[0]["path"], "/simulator/faults/throttle/on");
}

#[tokio::test]
async fn the_written_configuration_is_complete() {
    let play = Play::fabrikam(&[]).await;
    let directory = std::path::Path::new("/tmp/a \"quoted\" state");
    let config: toml::Table = play.simulator.config_toml(directory).parse().unwrap();
    assert_eq!(config["organization"]["name"].as_str(), Some("fabrikam"));
    assert_eq!(config["tenant"]["id"].as_str(), Some("contoso.onmicrosoft.com"));
    assert_eq!(config["state"]["directory"].as_str(), directory.to_str());
    assert_eq!(config["endpoints"].as_table().unwrap().len(), 7);
    let devops = &config["credentials"]["azure_devops"];
    assert_eq!(devops["kind"].as_str(), Some("command"));
    assert_eq!(devops["after_connect"].as_str(), Some("command"));
    for (command, token, parts) in [
        (&devops["command"], play.simulator.azure_devops_token(), 1),
        (&devops["after_command"], play.simulator.azure_devops_entra_token(), 3),
        (&config["credentials"]["entra"]["command"], play.simulator.graph_token(), 3),
    ] {
        let words: Vec<_> = command.as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
        assert_eq!(words, ["printf", "%s", token]);
        assert_eq!(token.split('.').count(), parts);
    }
}

#[tokio::test]
async fn requests_are_remembered_in_order() {
    let play = Play::fabrikam(&[]).await;
    play.get(&play.vsaex("userentitlements?api-version=7.1")).await;
    play.anonymous(
        reqwest::Method::HEAD,
        &format!("{}/fabrikam", play.simulator.endpoints().azure_devops),
        true,
    )
    .await;
    let log = play.control.requests();
    assert_eq!(log.len(), 2);
    assert_eq!(
        (log[0].method.as_str(), log[0].path.as_str()),
        ("GET", "/vsaex/fabrikam/_apis/userentitlements")
    );
    assert_eq!((log[0].authenticated, log[0].status), (true, 200));
    assert_eq!((log[1].method.as_str(), log[1].authenticated, log[1].status), ("HEAD", false, 401));
    assert!(log[0].at <= log[1].at);
    play.control.forget_requests();
    assert!(play.control.requests().is_empty());
}

#[tokio::test]
async fn preview_resources_ask_for_their_version() {
    let play = Play::fabrikam(&[]).await;
    let plain = play.get(&play.vssps("graph/users?api-version=7.1")).await;
    assert_eq!(plain.status, 400);
    assert_eq!(plain.json()["typeKey"], "VssInvalidPreviewVersionException");
    let url = play.vssps("graph/users");
    let accept = play.client.get(&url).basic_auth("", Some(play.simulator.azure_devops_token()));
    let accept = accept.header("accept", "application/json;api-version=7.1-preview.1");
    assert_eq!(accept.send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn hostile_names_arrive_whole() {
    let play = Play::start(options(Scenario::Hostile, &[])).await;
    let names: Vec<String> = play
        .roster()
        .await
        .iter()
        .map(|row| row["user"]["displayName"].as_str().unwrap().to_owned())
        .collect();
    for attack in [
        "\u{1b}]52;",
        "\u{1b}]8;;",
        "\u{9b}",
        "\u{202e}",
        "\u{200b}",
        "<script>",
        "=HYPERLINK",
        "\r\n",
        "\u{0}",
    ] {
        assert!(names.iter().any(|name| name.contains(attack)), "{attack:?}");
    }
    assert!(names.iter().any(|name| name.len() > 10_000));
    let page = client().get(play.simulator.portal_url()).send().await.unwrap().text().await.unwrap();
    assert!(!page.contains("<script"), "the portal shows no names");
}

#[tokio::test]
async fn every_switch_still_answers_something() {
    for fault in Fault::ALL {
        let quick =
            Options { stall_for: std::time::Duration::from_millis(1), ..options(Scenario::Ready, &[*fault]) };
        let play = Play::start(quick).await;
        for _ in 0..7 {
            let _ =
                play.client.get(format!("{}/fabrikam", play.simulator.endpoints().azure_devops)).send().await;
        }
        assert_eq!(play.control.faults(), [*fault]);
        play.control.connect();
        assert!(play.control.requests().iter().all(|request| request.status != 0), "{fault}");
        play.simulator.stop().await;
    }
}
