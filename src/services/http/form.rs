//! Forms for the sign-in service. They hold secrets, so they have a way of their own: no [`Call`] carries their body, nothing
//! of it can be debugged, and what comes back is wiped when it was read.

use jiff::Timestamp;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Method, StatusCode, Url};
use secrecy::ExposeSecret;
use secrecy::SecretString;
use secrecy::zeroize::Zeroizing;
use tokio::time::Instant;

use super::endpoint::Endpoint;
use super::need::Need;
use super::{Call, Http, said, send, wait};
use crate::domain::problem::{Problem, ProblemKind};
use crate::services::observer::RequestRecord;

/// The fields of a form, encoded. Shows nothing when debugged; wiped when dropped.
#[derive(Debug, Default)]
pub(crate) struct Form {
    text: Option<SecretString>,
    secrets: Vec<SecretString>,
}

impl Form {
    /// With one more field.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        let mut text = Zeroizing::new(String::new());
        if let Some(before) = &self.text {
            text.push_str(before.expose_secret());
            text.push('&');
        }
        text.push_str(name);
        text.push('=');
        text.push_str(&Zeroizing::new(super::endpoint::encode(value)));
        self.text = Some(SecretString::from(text.as_str()));
        self
    }

    /// With one more field that is removed from whatever the service echoes.
    pub fn with_secret(self, name: &str, value: &SecretString) -> Self {
        let mut form = self.with(name, value.expose_secret());
        form.secrets.push(value.clone());
        let encoded = Zeroizing::new(super::endpoint::encode(value.expose_secret()));
        form.secrets.push(SecretString::from(encoded.as_str()));
        form
    }

    /// What must not appear in any text.
    pub fn secrets(&self) -> Vec<&str> {
        self.secrets.iter().map(ExposeSecret::expose_secret).collect()
    }

    fn bytes(&self) -> Vec<u8> {
        self.text.as_ref().map(|text| text.expose_secret().as_bytes().to_vec()).unwrap_or_default()
    }
}

/// Whatever came back.
pub(crate) struct FormAnswer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Zeroizing<Vec<u8>>,
}

impl Http {
    /// Posts a form once and gives back whatever came, good or not. Waits where the service asked for it before.
    pub async fn post_form(
        &self,
        endpoint: &Endpoint,
        url: Url,
        asked: &str,
        form: &Form,
    ) -> Result<FormAnswer, Problem> {
        // Without the body: it is only for the gate, the log and the words of a failure.
        let call = Call { method: Method::POST, ..Call::get(endpoint, url, asked, Need::Nothing) };
        if !endpoint.covers(&call.url) {
            return Err(self.problem(
                &call,
                ProblemKind::BadAnswer,
                "the address does not belong to the service",
            ));
        }
        let pass = self.pass(&call, Instant::now() + self.inner.limits.patience).await?;
        let client = self.inner.transport.client(endpoint, asked)?;
        let request = client
            .request(Method::POST, call.url.clone())
            .header(ACCEPT, HeaderValue::from_static("application/json"))
            .header(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"))
            .body(form.bytes());
        let (at, begun) = (Timestamp::now(), Instant::now());
        let exchange = Box::pin(send::send(request, &self.inner.limits)).await;
        drop(pass);
        let (status, bytes, headers) = match &exchange {
            Ok(done) => (Some(done.status.as_u16()), done.body.len(), Some(&done.headers)),
            Err(lost) => (lost.status().map(|status| status.as_u16()), 0, None),
        };
        let record = RequestRecord {
            service: endpoint.service,
            method: "POST".to_owned(),
            path: endpoint.path_for_log(&call.url),
            status,
            failure: None,
            duration: begun.elapsed(),
            bytes: bytes as u64,
            at,
            attempt: 1,
            activity_id: headers.and_then(said::activity_id),
            server_date: headers.and_then(wait::server_date),
            retry_at: None,
        };
        match exchange {
            Ok(exchange) => {
                if exchange.status == StatusCode::TOO_MANY_REQUESTS {
                    let wait = wait::asked_wait(&exchange.headers, Timestamp::now());
                    self.close(
                        endpoint.service,
                        wait.unwrap_or(self.inner.limits.backoff_longest),
                        Timestamp::now(),
                    );
                }
                self.tell(record, None, None);
                let send::Exchange { status, headers, body } = exchange;
                Ok(FormAnswer { status, headers, body: Zeroizing::new(body) })
            }
            Err(lost) => {
                let problem = self.lost(&call, &lost);
                self.tell(record, Some(problem.kind), None);
                Err(problem)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_encoded_and_never_shown() {
        let secret = SecretString::from("s~e&c=r+et");
        let form = Form::default().with("scope", "a/.default b").with_secret("client_secret", &secret);
        assert_eq!(form.secrets(), ["s~e&c=r+et", "s~e%26c%3Dr%2Bet"]);
        assert_eq!(form.bytes(), b"scope=a%2F.default%20b&client_secret=s~e%26c%3Dr%2Bet");
        assert!(!format!("{form:?}").contains("s~e"), "{form:?}");
    }
}
