//! What anybody may ask without a credential: which tenant, which cloud.

use ado2entra::simulator::{Fault, Scenario};
use reqwest::Method;

use crate::harness::{Play, options};

const ZERO: &str = "00000000-0000-0000-0000-000000000000";

fn urls(play: &Play) -> [String; 2] {
    let base = play.simulator.endpoints().azure_devops;
    [format!("{base}/fabrikam"), format!("{base}/fabrikam/_apis/connectionData")]
}

#[tokio::test]
async fn the_probe_tells_the_tenant_and_notices_the_switch() {
    let play = Play::fabrikam(&[]).await;
    for connected in [false, true] {
        if connected {
            play.control.connect();
        }
        let tenant = if connected { play.simulator.tenant_id().to_owned() } else { ZERO.to_owned() };
        for (place, url) in urls(&play).iter().enumerate() {
            for method in [Method::GET, Method::HEAD] {
                let plain = play.anonymous(method.clone(), url, false).await;
                assert_eq!(plain.status, [302, 203][place], "{method} {url}");
                let suppressed = play.anonymous(method.clone(), url, true).await;
                assert_eq!(suppressed.status, 401, "{method} {url}");
                for answer in [plain, suppressed] {
                    assert_eq!(answer.all("x-vss-resourcetenant"), [tenant.as_str()]);
                    let challenges = answer.all("www-authenticate");
                    let bearer =
                        format!("Bearer authorization_uri=https://login.microsoftonline.com/{tenant}");
                    assert_eq!(challenges.contains(&bearer.as_str()), connected, "{challenges:?}");
                    assert!(challenges.contains(&"TFS-Federated"), "{challenges:?}");
                }
            }
        }
    }
}

#[tokio::test]
async fn an_unknown_organization_is_not_found_anonymously_only() {
    let play = Play::fabrikam(&[]).await;
    let url = format!("{}/fabrikan", play.simulator.endpoints().azure_devops);
    assert_eq!(play.anonymous(Method::HEAD, &url, true).await.status, 404);
    assert_eq!(play.get(&url).await.status, 401);
}

#[tokio::test]
async fn odd_probe_answers() {
    let play = Play::fabrikam(&[Fault::BothTenantHeadersDiffer]).await;
    play.control.connect();
    let [url, _] = urls(&play);
    let probe = || play.anonymous(Method::GET, &url, true);
    let differ = probe().await;
    let bearer = differ.all("www-authenticate")[0].to_owned();
    assert!(!bearer.contains(differ.header("x-vss-resourcetenant").unwrap()), "{bearer}");
    play.control.set_fault(Fault::BothTenantHeadersDiffer, false);

    play.control.set_fault(Fault::SeveralTenantValues, true);
    let several = probe().await;
    let values = several.all("x-vss-resourcetenant");
    assert_eq!(values.len(), 2);
    assert_eq!(values[0], format!("{ZERO}, {}", play.simulator.tenant_id()));
    play.control.set_fault(Fault::SeveralTenantValues, false);

    play.control.set_fault(Fault::NoTenantHeaders, true);
    let none = probe().await;
    assert_eq!(none.all("x-vss-resourcetenant").len(), 0);
    assert!(none.all("www-authenticate").iter().all(|value| !value.starts_with("Bearer")));
    play.control.set_fault(Fault::NoTenantHeaders, false);

    play.control.disconnect();
    play.control.set_fault(Fault::ZeroTenantBearer, true);
    assert!(probe().await.all("www-authenticate")[0].ends_with(ZERO));
}

#[tokio::test]
async fn credentials_fail_as_documented() {
    let play = Play::fabrikam(&[]).await;
    let [_, url] = urls(&play);
    let send = |user: &'static str, password: Option<&'static str>| {
        let request = play.client.get(&url).basic_auth(user, password);
        async move { request.send().await.unwrap() }
    };
    let unknown = send("", Some("wrong")).await;
    assert_eq!(unknown.status(), 203);
    assert!(unknown.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
    assert!(unknown.text().await.unwrap().len() > 15_000);
    assert_eq!(play.get(&url).await.status, 200);
    play.control.set_fault(Fault::ExpiredCredential, true);
    let expired = play.get(&url).await;
    assert_eq!((expired.status, expired.text.as_str()), (401, ""));
    assert!(expired.header("x-tfs-serviceerror").unwrap().contains("expired"));
    assert!(expired.header("content-type").is_none());
    let graph = play.graph("me").await;
    assert_eq!((graph.status, &graph.json()["error"]["code"]), (401, &"InvalidAuthenticationToken".into()));
    play.control.set_fault(Fault::ExpiredCredential, false);
    play.control.set_fault(Fault::SignInPage, true);
    assert_eq!(play.get(&url).await.status, 203);
    play.control.set_fault(Fault::SignInPage, false);
    play.control.set_fault(Fault::SignInRedirect, true);
    let redirect = play.get(&url).await;
    assert_eq!(redirect.status, 302);
    assert!(redirect.header("location").unwrap().contains("/_signin"));
}

#[tokio::test]
async fn discovery_tells_tenant_and_cloud() {
    let play = Play::start(options(Scenario::Ready, &[])).await;
    let login = play.simulator.endpoints().entra_login;
    let discover = |name: &str| {
        let url = format!("{login}/{name}/v2.0/.well-known/openid-configuration");
        let play = &play;
        async move { play.anonymous(Method::GET, &url, false).await }
    };
    for name in ["contoso.onmicrosoft.com", "contoso.com", play.simulator.tenant_id()] {
        let document = discover(name).await.json();
        let issuer = format!("https://login.microsoftonline.com/{}/v2.0", play.simulator.tenant_id());
        assert_eq!(document["issuer"], issuer.as_str());
        assert_eq!(document["tenant_region_scope"], "EU");
    }
    let unknown = discover("nowhere.example").await;
    assert_eq!(unknown.status, 400);
    assert_eq!(unknown.json()["error_codes"][0], 90_002);
    assert!(unknown.json()["error_description"].as_str().unwrap().starts_with("AADSTS90002"));
    play.control.set_fault(Fault::GovernmentTenant, true);
    let government = discover("contoso.com").await.json();
    assert_eq!(government["tenant_region_scope"], "USGov");
    assert!(government["issuer"].as_str().unwrap().starts_with("https://login.microsoftonline.us/"));
}

#[tokio::test]
async fn a_device_signs_in() {
    let play = Play::fabrikam(&[]).await;
    let base = format!("{}/contoso.com/oauth2/v2.0", play.simulator.endpoints().entra_login);
    let post = |path: &str, body: String| {
        let request = play.client.post(format!("{base}/{path}")).body(body);
        async move { crate::harness::read(request.send().await.unwrap()).await }
    };
    let id = play.simulator.client_id();
    let scope = "499b84ac-1321-427f-aa17-267ca6975798%2F.default%20offline_access";
    let strange = post("devicecode", format!("client_id=x&scope={scope}")).await;
    assert_eq!(strange.json()["error_codes"][0], 700_016);
    let code = post("devicecode", format!("client_id={id}&scope={scope}")).await.json();
    assert_eq!(code["expires_in"], 900);
    let device = code["device_code"].as_str().unwrap();
    let grant = format!(
        "grant_type=urn:ietf:params:oauth:grant-type:device_code&client_id={id}&device_code={device}"
    );
    let pending = post("token", grant.clone()).await;
    assert_eq!((pending.status, &pending.json()["error"]), (400, &"authorization_pending".into()));
    let token = post("token", grant).await.json();
    assert!(token["refresh_token"].is_string() && token["token_type"] == "Bearer");
    assert_eq!(token["access_token"].as_str().unwrap().split('.').count(), 3);
}

#[tokio::test]
async fn a_trainer_answers_a_sign_in_from_outside() {
    let play = Play::fabrikam(&[]).await;
    let root = play.simulator.base().to_owned();
    let post = |url: String, body: String| {
        let request = play.client.post(url).body(body);
        async move { crate::harness::read(request.send().await.unwrap()).await }
    };
    let id = play.simulator.client_id();
    let at = |path: &str| format!("{root}/{path}");
    for (how, error) in [("approve", None), ("decline", Some("authorization_declined"))] {
        assert_eq!(
            post(at("simulator/sign-in/waits"), String::new()).await.json()["sign_in_answer"],
            "waits"
        );
        let scope = "https%3A%2F%2Fgraph.microsoft.com%2FUser.Read%20offline_access";
        let code =
            post(at("login/contoso.com/oauth2/v2.0/devicecode"), format!("client_id={id}&scope={scope}"))
                .await
                .json();
        let device = code["device_code"].as_str().unwrap();
        let grant = format!(
            "grant_type=urn:ietf:params:oauth:grant-type:device_code&client_id={id}&device_code={device}"
        );
        let token = || post(at("login/contoso.com/oauth2/v2.0/token"), grant.clone());
        for _ in 0..3 {
            assert_eq!(token().await.json()["error"], "authorization_pending");
        }
        let page = play.client.get(code["verification_uri"].as_str().unwrap()).send().await.unwrap();
        assert!(page.text().await.unwrap().contains(code["user_code"].as_str().unwrap()));
        let state = post(at(&format!("simulator/sign-in/{how}")), String::new()).await.json();
        assert!(state["waiting_codes"].as_array().unwrap().is_empty());
        let answer = token().await.json();
        match error {
            Some(error) => assert_eq!(answer["error"], error),
            None => assert_eq!(answer["scope"], "User.Read", "only what was asked for"),
        }
    }
    assert_eq!(post(at("simulator/sign-in/perhaps"), String::new()).await.status, 404);
    let foreign = play.client.post(at("login/device")).header("origin", "http://evil.example");
    assert_eq!(foreign.body("user_code=x&answer=approve").send().await.unwrap().status(), 403);
}
