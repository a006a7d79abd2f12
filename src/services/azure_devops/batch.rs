//! Mapping several people in one call: `POST graph/resolvedisconnectedusers`. The route is in Microsoft's own client libraries
//! and nowhere in the documentation; it may be switched off, and its answer does not say whom its rows are about. So nothing
//! is concluded from the answer: each person is read back.
//!
//! Sources: the Node and Go client libraries of Azure DevOps (`MappingResult`, `ResolveDisconnectedUsersResponse`).

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{AzureDevOps, PlannedCall};
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::text::clean_to;
use crate::services::http::Pass;
use crate::services::http::json::from_body;
use crate::services::http::need::Need;
use crate::services::http::said::activity_id;
use crate::services::wire::lenient::{List, Text};

const PREVIEW: (&str, &str) = ("api-version", "7.1-preview.1");

/// One person of a batch: both sides by name, as the route wants it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchRow {
    /// The person's sign-in address in the organization.
    pub source: String,
    /// The target's user principal name.
    pub target: String,
}

/// A batch that the service took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchTaken {
    /// The status of the answer.
    pub status: u16,
    /// What it said of rows that failed, without saying which.
    pub failures: Vec<String>,
    /// The id by which the service's support finds the call.
    pub activity_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    #[serde(default)]
    error_message: Text,
    #[serde(default)]
    mapping_results: List<Row>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    #[serde(default)]
    code: Text,
    #[serde(default)]
    error_message: Text,
}

/// Words for a row that did not succeed; a row may also be listed because it did.
fn failure(row: &Row) -> Option<String> {
    let code = row.code.as_deref().unwrap_or_default();
    let said = row.error_message.as_deref().unwrap_or_default();
    let well =
        said.is_empty() && ["", "ok", "success", "succeeded", "0"].contains(&code.to_lowercase().as_str());
    (!well).then(|| clean_to(if said.is_empty() { code } else { said }, 300).into_owned())
}

fn body(rows: &[BatchRow]) -> Value {
    let mappings: Vec<Value> = rows
        .iter()
        .map(|row| json!({"source": {"principalName": row.source}, "target": {"principalName": row.target}}))
        .collect();
    json!({ "mappings": mappings })
}

impl AzureDevOps {
    /// Asks for all of these mappings at once, 20 at most. Sent once. *Taken* proves nothing about anybody.
    pub async fn map_batch(&self, rows: &[BatchRow], pass: Option<Pass>) -> Result<BatchTaken, Problem> {
        let asked = format!("mapping {} people in one call", rows.len());
        let url = self.url(&self.inner.identity, &["graph", "resolvedisconnectedusers"], &[PREVIEW])?;
        let call = self
            .get(&self.inner.identity, url, asked, Need::OrgGraphManage)
            .changing(Method::POST, Some(&body(rows)));
        let answer = self.inner.http.write(&call, pass).await?;
        let read = from_body::<Answer>(&answer.value).map_err(|unreadable| {
            let said = format!("it answered {}, and the answer cannot be read: {unreadable}", answer.status);
            self.inner.http.problem(&call, ProblemKind::OutcomeUnknown, said)
        })?;
        let mut failures: Vec<String> = read.mapping_results.0.iter().filter_map(failure).collect();
        let overall = read.error_message.as_deref().unwrap_or_default();
        if failures.is_empty() && !overall.is_empty() {
            failures.push(clean_to(overall, 300).into_owned());
        }
        Ok(BatchTaken { status: answer.status, failures, activity_id: activity_id(&answer.headers) })
    }

    /// The call that [`AzureDevOps::map_batch`] makes.
    pub fn batch_call(&self, rows: &[BatchRow]) -> PlannedCall {
        let segments = [self.organization(), "_apis", "graph", "resolvedisconnectedusers"];
        let url = self.inner.identity.fixed_url(&segments, &[PREVIEW]);
        PlannedCall { method: "POST", url: url.into(), body: Some(body(rows)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_rows_that_say_so_count_as_failed() {
        let answer: Answer = serde_json::from_str(
            r#"{"code":"OK","errorMessage":null,"mappingResults":[{"code":"Failed","errorMessage":"not one user"},
                {"code":"Ok","errorMessage":""},{"code":null},{"code":"Conflict"}]}"#,
        )
        .unwrap();
        let failures: Vec<String> = answer.mapping_results.0.iter().filter_map(failure).collect();
        assert_eq!(failures, ["not one user", "Conflict"]);
    }

    #[test]
    fn both_sides_go_by_name() {
        let row = BatchRow { source: "a@fabrikam.com".into(), target: "a@contoso.com".into() };
        assert_eq!(
            body(&[row]).to_string(),
            r#"{"mappings":[{"source":{"principalName":"a@fabrikam.com"},"target":{"principalName":"a@contoso.com"}}]}"#
        );
    }
}
