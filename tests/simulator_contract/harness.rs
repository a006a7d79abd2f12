//! A running simulator and the plainest possible client.

use std::sync::Once;

use ado2entra::simulator::{Control, Fault, Options, Scenario, Simulator, start};
use reqwest::{Client, Method, Response};
use serde_json::{Value, json};

pub struct Play {
    pub simulator: Simulator,
    pub control: Control,
    pub client: Client,
}

/// An answer, read.
#[derive(Debug)]
pub struct Read {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
}

impl Read {
    /// The JSON body, a byte-order mark taken off.
    pub fn json(&self) -> Value {
        let text = self.text.trim_start_matches('\u{feff}');
        serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub fn all(&self, name: &str) -> Vec<&str> {
        self.headers.get_all(name).iter().map(|value| value.to_str().unwrap()).collect()
    }
}

pub fn client() -> Client {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
    Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

/// A fixed moment, so that every run plays the same dates.
pub fn now() -> jiff::Timestamp {
    "2026-11-23T19:00:00Z".parse().unwrap()
}

pub fn options(scenario: Scenario, faults: &[Fault]) -> Options {
    Options { scenario, faults: faults.to_vec(), now: Some(now()), ..Options::default() }
}

impl Play {
    pub async fn start(options: Options) -> Self {
        let simulator = start(options).await.unwrap();
        let control = simulator.control();
        Self { simulator, control, client: client() }
    }

    pub async fn fabrikam(faults: &[Fault]) -> Self {
        Self::start(options(Scenario::Fabrikam, faults)).await
    }

    fn devops(&self, url: &str) -> reqwest::RequestBuilder {
        self.client.get(url).basic_auth("", Some(self.simulator.azure_devops_token()))
    }

    pub fn vsaex(&self, rest: &str) -> String {
        format!("{}/fabrikam/_apis/{rest}", self.simulator.endpoints().azure_devops_entitlements)
    }

    pub fn vssps(&self, rest: &str) -> String {
        format!("{}/fabrikam/_apis/{rest}", self.simulator.endpoints().azure_devops_identity)
    }

    /// GET from Azure DevOps as the operator.
    pub async fn get(&self, url: &str) -> Read {
        read(self.devops(url).send().await.unwrap()).await
    }

    /// GET from Microsoft Graph.
    pub async fn graph(&self, rest: &str) -> Read {
        let url = match rest.strip_prefix("http") {
            Some(_) => rest.to_owned(),
            None => format!("{}/v1.0/{rest}", self.simulator.endpoints().microsoft_graph),
        };
        read(self.client.get(url).bearer_auth(self.simulator.graph_token()).send().await.unwrap()).await
    }

    pub async fn post_graph(&self, rest: &str, body: &Value) -> Read {
        let url = format!("{}/v1.0/{rest}", self.simulator.endpoints().microsoft_graph);
        let request = self.client.post(url).bearer_auth(self.simulator.graph_token());
        read(request.body(body.to_string()).send().await.unwrap()).await
    }

    /// Asks the graph for users, as the owner of the access token.
    pub async fn query_subjects(&self, text: &str) -> Read {
        let url = self.vssps("graph/subjectquery?api-version=7.1-preview.1");
        let request = self.client.post(url).basic_auth("", Some(self.simulator.azure_devops_token()));
        let body = json!({"query": text, "subjectKind": ["User"]}).to_string();
        read(request.header("content-type", "application/json").body(body).send().await.unwrap()).await
    }

    /// Sends what a mapping sends, as the work account.
    pub async fn try_map(&self, descriptor: &str, object: &str) -> Result<Read, reqwest::Error> {
        let url = self.vssps(&format!("graph/users/{descriptor}?api-version=7.1-preview.1"));
        let request =
            self.client.request(Method::PATCH, url).bearer_auth(self.simulator.azure_devops_entra_token());
        let body = json!({"originId": object}).to_string();
        let response = request.header("content-type", "application/json").body(body).send().await?;
        Ok(read(response).await)
    }

    pub async fn map(&self, descriptor: &str, object: &str) -> Read {
        self.try_map(descriptor, object).await.unwrap()
    }

    /// Without a credential.
    pub async fn anonymous(&self, method: Method, url: &str, suppress: bool) -> Read {
        let mut request = self.client.request(method, url);
        if suppress {
            request = request.header("X-TFS-FedAuthRedirect", "Suppress");
        }
        read(request.send().await.unwrap()).await
    }

    /// The whole roster, page by page.
    pub async fn roster(&self) -> Vec<Value> {
        let mut rows = Vec::new();
        let mut token: Option<String> = None;
        for _ in 0..1_000 {
            let query =
                token.map(|token| format!("&continuationToken={}", encode(&token))).unwrap_or_default();
            let page = self.get(&self.vsaex(&format!("userentitlements?api-version=7.1{query}"))).await;
            assert_eq!(page.status, 200, "{}", page.text);
            let page = page.json();
            rows.extend(page["items"].as_array().or(page["members"].as_array()).unwrap().clone());
            token = page["continuationToken"].as_str().map(str::to_owned);
            if token.is_none() {
                return rows;
            }
        }
        panic!("the roster never ends");
    }

    /// The roster's row with this sign-in address.
    pub async fn person(&self, address: &str) -> Value {
        let rows = self.roster().await;
        rows.into_iter()
            .find(|row| row["user"]["principalName"] == address)
            .unwrap_or_else(|| panic!("nobody signs in as {address}"))
    }

    pub async fn entitlement(&self, key: &str) -> Read {
        self.get(&self.vsaex(&format!("userentitlements/{key}?api-version=7.1"))).await
    }
}

pub async fn read(response: Response) -> Read {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Read { status, headers, text: response.text().await.unwrap() }
}

pub fn encode(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}
