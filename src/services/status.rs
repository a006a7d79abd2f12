//! The health of Azure DevOps, from its anonymous status service.

use serde::Deserialize;

use super::http::endpoint::Endpoint;
use super::http::json::{Unreadable, from_body};
use super::http::need::Need;
use super::http::{Call, Http};
use super::wire::lenient::{List, Text};
use crate::domain::facts::Health;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::text::clean_to;

/// The client.
#[derive(Debug, Clone)]
pub struct Status {
    http: Http,
    endpoint: Endpoint,
}

#[derive(Deserialize)]
struct Answer {
    status: Option<Overall>,
    #[serde(default)]
    services: List<ServiceHealth>,
}

#[derive(Deserialize)]
struct Overall {
    #[serde(default)]
    health: Text,
    #[serde(default)]
    message: Text,
}

#[derive(Deserialize)]
struct ServiceHealth {
    #[serde(default)]
    id: Text,
    #[serde(default)]
    geographies: List<Geography>,
}

#[derive(Deserialize)]
struct Geography {
    #[serde(default)]
    id: Text,
    #[serde(default)]
    name: Text,
    #[serde(default)]
    health: Text,
}

impl Status {
    pub(crate) fn new(http: &Http, endpoint: Endpoint) -> Self {
        Self { http: http.clone(), endpoint }
    }

    /// How the core services are.
    pub async fn health(&self) -> Result<Health, Problem> {
        let url =
            self.endpoint.fixed_url(&["_apis", "status", "health"], &[("api-version", "7.1-preview.1")]);
        let call = Call::get(&self.endpoint, url, "reading the health of Azure DevOps", Need::Nothing);
        let parse = |body: &[u8]| -> Result<Option<Health>, Unreadable> { Ok(convert(from_body(body)?)) };
        let health = self.http.read(&call, parse).await?.value;
        health.ok_or_else(|| {
            self.http.problem(&call, ProblemKind::BadAnswer, "the answer does not name a health")
        })
    }
}

/// From bad to good; another word counts as unknown.
const WORDS: [&str; 5] = ["unhealthy", "degraded", "advisory", "unknown", "healthy"];

/// The row that counts is `Core services`; the overall state is about all services. Without such a row the overall state
/// is all there is.
fn convert(answer: Answer) -> Option<Health> {
    let overall = answer.status;
    let message = overall.as_ref().and_then(|all| all.message.as_deref()).unwrap_or_default();
    let message = clean_to(message, 300).into_owned();
    let core = answer
        .services
        .0
        .into_iter()
        .find(|service| service.id.as_deref().is_some_and(|id| id.eq_ignore_ascii_case("Core services")));
    let Some(core) = core.filter(|core| !core.geographies.0.is_empty()) else {
        let health = clean_to(overall?.health.as_deref()?, 40).into_owned();
        return Some(Health { health, message, unhealthy: vec![] });
    };
    let rank = |word: &str| WORDS.iter().position(|known| known.eq_ignore_ascii_case(word)).unwrap_or(3);
    let (mut worst, mut unhealthy) = (WORDS.len() - 1, Vec::new());
    for place in core.geographies.0 {
        let word = place.health.as_deref().unwrap_or("unknown");
        worst = worst.min(rank(word));
        if rank(word) + 1 < WORDS.len() {
            let name = place.name.as_deref().or(place.id.as_deref()).unwrap_or("somewhere");
            unhealthy.push(clean_to(&format!("{name}: {word}"), 80).into_owned());
        }
    }
    Some(Health { health: (*WORDS.get(worst)?).to_owned(), message, unhealthy })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Option<Health> {
        convert(serde_json::from_str(json).unwrap())
    }

    #[test]
    fn the_core_services_count_and_not_the_others() {
        let health = read(r#"{"status":{"health":"degraded","message":"Boards are slow"},"services":[
            {"id":"Boards","geographies":[{"id":"EU","name":"Europe","health":"unhealthy"}]},
            {"id":"Core services","geographies":[{"id":"EU","name":"Europe","health":"healthy"},{"id":"US","name":"United States","health":"healthy"}]}]}"#)
        .unwrap();
        assert_eq!((health.health.as_str(), health.unhealthy.len()), ("healthy", 0));
        assert_eq!(health.message, "Boards are slow");
    }

    #[test]
    fn the_worst_place_names_the_state() {
        let health = read(r#"{"services":[{"id":"core services","geographies":[
            {"id":"EU","name":"Europe","health":"advisory"},{"id":"US","health":"degraded"},{"id":"BR","health":"onFire"}]}]}"#)
        .unwrap();
        assert_eq!(health.health, "degraded");
        assert_eq!(health.unhealthy, ["Europe: advisory", "US: degraded", "BR: onFire"]);
    }

    #[test]
    fn without_rows_the_overall_state_is_all_there_is() {
        assert_eq!(read(r#"{"status":{"health":"healthy"}}"#).unwrap().health, "healthy");
        assert_eq!(read("{}"), None);
    }
}
