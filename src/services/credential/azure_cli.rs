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

use super::command::{self, Failure};
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
    let (said, remedy) = if text.contains("AADSTS90002") {
        (
            format!("there is no such tenant{}", tail(stderr)),
            format!(
                "Check [tenant] id: `{}` must be one of its verified domains, or its id.",
                clean_to(&credential.tenant, 80)
            ),
        )
    } else if text.contains("AADSTS50020") {
        (
            format!("the account that `az` is signed in with does not belong to the tenant{}", tail(stderr)),
            format!("Use a work account of the tenant. {log_in}"),
        )
    } else if text.contains("AADSTS53003") || text.contains("onditional") {
        (
            format!("a conditional access policy of the tenant stopped the sign-in{}", tail(stderr)),
            format!("Sign in on a machine that the policy allows. {log_in}"),
        )
    } else if text.contains("az login") || text.contains("AADSTS") {
        (format!("`az` is not signed in to this tenant{}", tail(stderr)), log_in.to_owned())
    } else {
        (format!("`az` failed{}", tail(stderr)), log_in.to_owned())
    };
    let code = text
        .split(|c: char| !c.is_ascii_alphanumeric())
        .find(|word| word.starts_with("AADSTS") && word.len() > 6);
    Problem { code: code.map(str::to_owned), ..credential.problem(ProblemKind::NotSignedIn, said, &remedy) }
}
