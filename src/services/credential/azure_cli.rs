//! Tokens from `az account get-access-token`.
//!
//! It answers `{accessToken, expiresOn, expires_on, …}`; `expiresOn` is local time without a zone and ambiguous in the hour
//! in which clocks are set back, so `expires_on` (seconds since 1970, from version 2.54 on) is preferred (azure-docs-cli).

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use secrecy::SecretString;
use serde::Deserialize;

use super::authority::Authority;
use super::command::{self, Failure};
use super::refusal::{Asking, Refusal, advice, codes_in};
use super::source::{Credential, tail, words_of};
use super::token::Token;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::text::clean_to;

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(rename = "accessToken", borrow)]
    access_token: Option<Cow<'a, str>>,
    #[serde(rename = "expiresOn")]
    expires_on_local: Option<String>,
    expires_on: Option<Seconds>,
    tenant: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Seconds {
    Number(i64),
    Text(String),
}

/// Asks the Azure CLI for a token for this credential's resource and tenant.
pub(crate) async fn token(credential: &Credential) -> Result<Token, Problem> {
    let tenant = clean_to(&credential.tenant, 80).into_owned();
    let argv: Vec<String> = [
        "az",
        "account",
        "get-access-token",
        "--scope",
        credential.resource.scope(),
        "--tenant",
        &tenant,
        "-o",
        "json",
    ]
    .map(str::to_owned)
    .to_vec();
    let log_in = format!(
        "Sign in: az login --tenant {tenant} --allow-no-subscriptions. {}",
        credential.resource.needs()
    );
    let output = match command::run(&argv, &credential.environment, &credential.hidden, credential.limit)
        .await
    {
        Ok(output) => output,
        Err(Failure::NoProgram) => {
            let remedy = format!(
                "Install the Azure CLI (https://learn.microsoft.com/cli/azure/install-azure-cli) and sign in: az login \
                 --tenant {tenant} --allow-no-subscriptions. Or let a command print the token: kind = \"command\" under {}.",
                credential.place
            );
            let said = "the Azure CLI (`az`) is not on the path".to_owned();
            return Err(credential.problem(ProblemKind::Local, said, &remedy));
        }
        Err(failure) => {
            return Err(credential.problem(
                ProblemKind::Local,
                words_of(&failure, "az", credential.limit),
                &log_in,
            ));
        }
    };
    if !output.status.success() {
        return Err(refused(credential, &output.stderr, &log_in));
    }
    let answer = serde_json::from_slice::<Answer<'_>>(&output.stdout).ok();
    let unreadable = || {
        let said = format!("`az` answered something other than a token{}", tail(&output.stderr));
        credential.problem(ProblemKind::Local, said, &log_in)
    };
    let answer = answer.ok_or_else(unreadable)?;
    let ends = answer.ends();
    let named: Option<_> = answer.tenant.as_deref().and_then(|tenant| tenant.parse().ok());
    let mut token = answer
        .access_token
        .and_then(|text| Token::bearer(SecretString::from(text.into_owned())))
        .ok_or_else(unreadable)?;
    token.expires_at = ends.or(token.expires_at);
    token.tenant = token.tenant.or(named);
    let destination = credential.authority.as_ref().and_then(Authority::tenant_id);
    if let (Some(found), Some(wanted)) = (token.tenant, destination)
        && found != wanted
    {
        let said = format!("`az` gave a token for another tenant ({found}) than the destination ({wanted})");
        let remedy =
            format!("Look at `az account list`; the account must be one of the destination. {log_in}");
        return Err(credential.problem(ProblemKind::NotSignedIn, said, &remedy));
    }
    Ok(token)
}

impl Answer<'_> {
    fn ends(&self) -> Option<Timestamp> {
        let seconds = match self.expires_on.as_ref() {
            Some(Seconds::Number(seconds)) => Some(*seconds),
            Some(Seconds::Text(text)) => text.trim().parse().ok(),
            None => None,
        };
        seconds.and_then(|seconds| Timestamp::from_second(seconds).ok()).or_else(|| {
            let local: DateTime = self.expires_on_local.as_deref()?.trim().parse().ok()?;
            Some(local.to_zoned(TimeZone::system()).ok()?.timestamp())
        })
    }
}

/// Tells the ways apart in which `az` refuses.
fn refused(credential: &Credential, stderr: &[u8], log_in: &str) -> Problem {
    let text = String::from_utf8_lossy(stderr);
    let codes = codes_in(&text);
    if !codes.is_empty() {
        return by_code(credential, codes, stderr, log_in);
    }
    let lower = text.to_ascii_lowercase();
    let (kind, said, remedy) = if lower.contains("unrecognized arguments")
        || lower.contains("unrecognised arguments")
    {
        let remedy = format!("Update the Azure CLI: az upgrade, or install it anew. {log_in}");
        (ProblemKind::Local, "the Azure CLI is too old for this", remedy)
    } else if lower.contains("conditional access") {
        let remedy = format!("Sign in on a machine that the policy allows. {log_in}");
        (ProblemKind::NotSignedIn, "a conditional access policy of the tenant stopped the sign-in", remedy)
    } else if lower.contains("az login") {
        (ProblemKind::NotSignedIn, "`az` is not signed in to this tenant", log_in.to_owned())
    } else {
        (ProblemKind::NotSignedIn, "`az` failed", log_in.to_owned())
    };
    credential.problem(kind, format!("{said}{}", tail(stderr)), &remedy)
}

/// The sign-in service refused `az`; its codes mean the same as for our own ways.
fn by_code(credential: &Credential, codes: Vec<u32>, stderr: &[u8], log_in: &str) -> Problem {
    let refusal =
        Refusal { error: "invalid_grant".into(), codes, text: String::new(), status: 400, activity_id: None };
    let asking = Asking {
        asked: "",
        tenant: &credential.tenant,
        client_id: "of the Azure CLI",
        place: &credential.place,
        way: "azure-cli",
        service: credential.resource.service(),
    };
    let (kind, advice) = advice(&refusal, &asking);
    let remedy = if advice.contains("az login") { advice } else { format!("{advice} {log_in}") };
    let code = refusal.codes.first().map(|code| format!("AADSTS{code}"));
    let said = format!("`az` was refused a token{}", tail(stderr));
    Problem { code, ..credential.problem(kind, said, &remedy) }
}
