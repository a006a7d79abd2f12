//! Networks of real companies: proxies with and without a password, certificates of one's own, IPv6, names that cannot be looked
//! up, clocks that are wrong; each works, or says what to do.
#![expect(clippy::unwrap_used, reason = "the helpers of a test may fail it")]

mod stage;

use ado2entra::domain::ProblemKind;
use ado2entra::domain::doctor::Health;
use ado2entra::domain::doctor::network::Way;
use stage::{Authority, Company, Secure, services};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const HOST: &str = "graph.contoso.example";
const GRAPH: &str = "https://graph.contoso.example";

#[tokio::test]
async fn through_a_proxy_with_a_certificate_of_the_companys_own() {
    let authority = Authority::new("Fabrikam TLS Inspection");
    let graph = Secure::start(&authority, HOST, false).await;
    let proxy = Company::start(graph.at, None).await;
    let variable = format!("http://{}", proxy.at);
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"] {
        let services = services(GRAPH, Some(authority.file()), &[(name, &variable)]);
        assert!(services.graph.has_users().await.unwrap(), "{name}");
    }
    assert_eq!(proxy.tunnels()[0], format!("CONNECT {HOST}:443 HTTP/1.1"));
    assert!(graph.heard.lock().unwrap()[0].to_lowercase().contains("authorization: bearer secret-graph"));

    // Without the company's certificate nothing is sent, and the words say what to do.
    let heard = graph.heard.lock().unwrap().len();
    let problem = services(GRAPH, None, &[("HTTPS_PROXY", &variable)]).graph.has_users().await.unwrap_err();
    assert_eq!(problem.kind, ProblemKind::Unreachable);
    assert!(problem.remedy.contains("ca_file") && problem.remedy.contains("doctor"), "{problem}");
    assert_eq!(graph.heard.lock().unwrap().len(), heard, "no request, no token");
}

#[tokio::test]
async fn a_proxy_that_wants_a_password() {
    let authority = Authority::new("Fabrikam TLS Inspection");
    let graph = Secure::start(&authority, HOST, false).await;
    let proxy = Company::start(graph.at, Some("Basic amFuZTpzZUBjcmV0")).await;
    let without = format!("http://{}", proxy.at);
    let problem = services(GRAPH, Some(authority.file()), &[("HTTPS_PROXY", &without)])
        .graph
        .has_users()
        .await
        .unwrap_err();
    assert!(problem.remedy.contains(&format!("The proxy {without} (HTTPS_PROXY)")), "{problem}");
    assert!(problem.remedy.contains("NAME:PASSWORD"), "{problem}");
    let with = format!("http://jane:se%40cret@{}", proxy.at);
    let allowed = services(GRAPH, Some(authority.file()), &[("HTTPS_PROXY", &with)]);
    assert!(allowed.graph.has_users().await.unwrap());
    let wrong = format!("http://jane:wr0ng@{}", proxy.at);
    let problem = services(GRAPH, Some(authority.file()), &[("HTTPS_PROXY", &wrong)])
        .graph
        .has_users()
        .await
        .unwrap_err();
    assert!(!problem.to_string().contains("wr0ng"), "{problem}");
}

#[tokio::test]
async fn hosts_that_are_taken_out_are_asked_directly() {
    let authority = Authority::new("Fabrikam TLS Inspection");
    let graph = Secure::start(&authority, HOST, false).await;
    let proxy = Company::start(graph.at, None).await;
    let variable = format!("http://{}", proxy.at);
    let variables = [("HTTPS_PROXY", variable.as_str()), ("NO_PROXY", "localhost,.no-such-name.invalid")];
    let problem =
        services("https://graph.no-such-name.invalid", None, &variables).graph.has_users().await.unwrap_err();
    assert!(proxy.tunnels().is_empty(), "{:?}", proxy.tunnels());
    assert!(
        problem.said.contains("no connection") && problem.remedy.contains("could not be looked up"),
        "{problem}"
    );
    // This machine is never reached through a proxy.
    let local = format!("https://localhost:{}", graph.at.port());
    let _ = services(&local, Some(authority.file()), &[("HTTPS_PROXY", &variable)]).graph.has_users().await;
    assert!(proxy.tunnels().is_empty(), "{:?}", proxy.tunnels());
}

#[tokio::test]
async fn proxies_that_cannot_be_used_are_an_error_and_not_silence() {
    let problem =
        services(GRAPH, None, &[("ALL_PROXY", "socks5://jane:secret@127.0.0.1:1")]).graph.has_users().await;
    let problem = problem.unwrap_err();
    assert_eq!(problem.kind, ProblemKind::Local);
    assert!(problem.said.contains("ALL_PROXY names a socks5 proxy"), "{problem}");
    assert!(!problem.to_string().contains("secret"), "{problem}");
    // Nobody listens there.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let gone = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let problem = services(GRAPH, None, &[("HTTPS_PROXY", &gone)]).graph.has_users().await.unwrap_err();
    assert!(problem.remedy.contains(&gone) && problem.remedy.contains("HTTPS_PROXY"), "{problem}");
}

#[tokio::test]
async fn a_certificate_that_has_ended_points_to_the_clock_first() {
    let authority = Authority::new("Fabrikam TLS Inspection");
    let graph = Secure::start(&authority, HOST, true).await;
    let proxy = Company::start(graph.at, None).await;
    let variable = format!("http://{}", proxy.at);
    let problem = services(GRAPH, Some(authority.file()), &[("HTTPS_PROXY", &variable)])
        .graph
        .has_users()
        .await
        .unwrap_err();
    assert!(problem.remedy.contains("clock first"), "{problem}");
}

#[tokio::test]
async fn over_ipv6_in_plain_and_behind_tls() {
    let authority = Authority::new("Fabrikam TLS Inspection");
    // A machine without IPv6 cannot be asked over it.
    let Some(graph) = Secure::on("[::1]:0", &authority, "::1", false).await else { return };
    let secure = services(&format!("https://[::1]:{}", graph.at.port()), Some(authority.file()), &[]);
    assert!(secure.graph.has_users().await.unwrap());
    let options = ado2entra::simulator::Options { listen: "[::1]:0".parse().unwrap(), ..Default::default() };
    let simulator = ado2entra::simulator::start(options).await.unwrap();
    let plain = services(&simulator.endpoints().microsoft_graph, None, &[("GRAPH", simulator.graph_token())]);
    assert!(plain.graph.has_users().await.unwrap(), "{}", simulator.endpoints().microsoft_graph);
}

#[tokio::test]
async fn a_clock_that_is_wrong_is_named_where_a_token_is_refused() {
    for (ahead, named) in
        [(0, None), (3_700, Some("behind the service's")), (-700, Some("ahead of the service's"))]
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut buffer = [0; 4096];
                let _ = stream.read(&mut buffer).await;
                let body = r#"{"error":{"code":"InvalidAuthenticationToken","message":"Lifetime validation failed, the token is expired."}}"#;
                let answer = format!(
                    "HTTP/1.1 401 No\r\nconnection: close\r\ncontent-type: application/json\r\ndate: {}\r\ncontent-length: {}\r\n\r\n{body}",
                    stage::date(ahead),
                    body.len()
                );
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        let problem = services(&format!("http://{at}"), None, &[]).graph.has_users().await.unwrap_err();
        assert_eq!(problem.kind, ProblemKind::NotSignedIn);
        let says = problem.remedy.contains("This machine's clock is");
        assert_eq!(says, named.is_some(), "{problem}");
        assert!(problem.remedy.contains(named.unwrap_or("Sign in")), "{problem}");
    }
}

#[tokio::test]
async fn the_doctor_sees_each_step() {
    let authority = Authority::new("Fabrikam TLS Inspection");
    let graph = Secure::start(&authority, HOST, false).await;
    let proxy = Company::start(graph.at, Some("Basic amFuZTpzZUBjcmV0")).await;
    let variable = format!("http://jane:se%40cret@{}", proxy.at);
    // All hosts are reached through this proxy, and all of them lead to the same server.
    let seen = services(GRAPH, Some(authority.file()), &[("HTTPS_PROXY", &variable)]).diagnosis.paths().await;
    let path = seen.iter().find(|path| path.host == HOST).unwrap();
    assert_eq!(path.way, Way::Through(format!("http://{} (HTTPS_PROXY)", proxy.at)));
    let tls = path.tls.clone().unwrap().unwrap();
    assert_eq!((tls.subject.as_str(), tls.issuer.as_str()), (HOST, "Fabrikam TLS Inspection"));
    assert_eq!((tls.version.as_str(), tls.issuer_organization.as_deref()), ("TLS 1.3", Some("Fabrikam")));
    let answered = path.answer.clone().unwrap();
    assert_eq!(answered.status, 200);
    assert!(answered.ahead.unwrap().abs().as_secs() <= 5);
    assert_eq!(path.finding().verdict, Health::Good, "{:?}", path.finding());
    // The certificate is for another name than Microsoft's: whose it is can be seen all the same.
    let devops = seen.iter().find(|path| path.host == "dev.azure.com").unwrap();
    assert_eq!(devops.tls.clone().unwrap().unwrap().issuer, "Fabrikam TLS Inspection");
    let finding = devops.finding();
    assert_eq!(finding.verdict, Health::Bad);
    assert!(finding.remedy.contains("`Fabrikam TLS Inspection`"), "{finding:?}");
    assert!(!format!("{seen:?}").contains("cret@"), "the password is not shown");
    let requests = graph.heard.lock().unwrap().clone();
    assert!(requests.iter().all(|request| request.starts_with("HEAD ")), "{requests:?}");
    assert!(!requests.iter().any(|request| request.contains("secret-")), "no credential is sent");
}
