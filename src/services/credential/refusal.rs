//! What it means when the sign-in service refuses, and the next best way. The codes are those that Microsoft lists ("Microsoft
//! Entra authentication and authorization error codes"); the texts beside them are unstable and only shown.

use serde::Deserialize;

use crate::domain::problem::{Problem, ProblemKind, Service};
use crate::domain::text::clean_to;
use crate::services::http::redact::scrub;
use crate::services::http::said;

/// A refusal as it came, cleaned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// `authorization_pending`, `invalid_grant`, …
    pub error: String,
    /// The numbers behind `AADSTS`.
    pub codes: Vec<u32>,
    /// The sentence, without trace ids.
    pub text: String,
    pub status: u16,
    pub activity_id: Option<String>,
}

/// Why there is no token.
#[derive(Debug)]
pub(crate) enum Denied {
    /// The service understood and refused.
    Refused(Refusal),
    /// No answer, or none that could be understood.
    Problem(Problem),
}

impl From<Problem> for Denied {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

/// Who asked, for the advice.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asking<'a> {
    /// What was tried, in words.
    pub asked: &'a str,
    pub tenant: &'a str,
    pub client_id: &'a str,
    /// `credentials.entra`
    pub place: &'a str,
    /// The way, as the configuration calls it.
    pub way: &'a str,
    /// Azure DevOps or Microsoft Graph.
    pub service: Service,
}

#[derive(Deserialize)]
struct Answer {
    error: Option<String>,
    error_description: Option<String>,
    #[serde(default)]
    error_codes: Vec<u32>,
}

impl Refusal {
    /// Reads the body of a failing answer; nothing for one that is no refusal of the sign-in service.
    pub fn read(body: &[u8], status: u16, activity_id: Option<String>, secrets: &[&str]) -> Option<Self> {
        let answer: Answer = serde_json::from_slice(said::without_bom(body)).ok()?;
        let error = answer.error.filter(|error| !error.is_empty())?;
        let whole = answer.error_description.unwrap_or_default();
        let sentence = whole.split(" Trace ID:").next().unwrap_or_default().trim().trim_end_matches('.');
        let text = clean_to(&scrub(sentence, secrets), 500).into_owned();
        let mut codes: Vec<u32> = answer.error_codes.into_iter().filter(|code| *code != 0).collect();
        for code in codes_in(&text) {
            if !codes.contains(&code) {
                codes.push(code);
            }
        }
        Some(Self {
            error: clean_to(&scrub(&error, secrets), 60).into_owned(),
            codes,
            text,
            status,
            activity_id,
        })
    }

    /// Whether one of these codes was given.
    pub fn has(&self, codes: &[u32]) -> bool {
        self.codes.iter().any(|code| codes.contains(code))
    }

    /// Whether the person has only to sign in once more: the refresh token ended, or a second factor is asked for.
    pub fn asks_for_the_person(&self) -> bool {
        if self.has(BLOCKED) || self.has(CONSENT) || self.has(NOT_THERE) {
            return false;
        }
        matches!(self.error.as_str(), "invalid_grant" | "interaction_required" | "login_required")
    }

    /// Whether somebody has to consent first.
    pub fn asks_for_consent(&self) -> bool {
        self.has(CONSENT)
    }

    /// The problem that is shown.
    pub fn problem(&self, asking: &Asking<'_>) -> Problem {
        let code = self.codes.first().map(|code| format!("AADSTS{code}"));
        let (kind, remedy) = advice(self, asking);
        Problem {
            status: Some(self.status),
            code: code.or_else(|| Some(self.error.clone())),
            said: if self.text.is_empty() { self.error.replace('_', " ") } else { self.text.clone() },
            remedy,
            activity_id: self.activity_id.clone(),
            ..Problem::at(Service::EntraLogin, kind, asking.asked)
        }
    }
}

/// Conditional Access: blocked, or a device that the tenant knows is asked for.
const BLOCKED: &[u32] = &[53003, 53000, 53001, 53002, 530_032, 530_034, 50005, 50097, 50131, 50199];
/// A second factor.
const SECOND_FACTOR: &[u32] = &[50072, 50074, 50076, 50078, 50079, 50158];
/// Consent.
const CONSENT: &[u32] = &[65001, 65002, 65004, 90094, 90095];
/// Accounts and things that are not in the tenant.
const NOT_THERE: &[u32] = &[50020, 50034, 90002, 700_016, 500_011, 50105, 90099];
/// A refresh token, or the session behind it, that has ended.
const ENDED: &[u32] = &[50173, 70008, 70043, 700_082, 700_084, 50089, 50133, 54005];

/// Finds codes in a text: what `az` prints, for one.
pub(crate) fn codes_in(text: &str) -> Vec<u32> {
    text.split("AADSTS")
        .skip(1)
        .filter_map(|rest| {
            let digits: String = rest.chars().take_while(char::is_ascii_digit).take(9).collect();
            digits.parse().ok()
        })
        .collect()
}

/// The next best way when a policy forbids this one.
pub(crate) fn next_best(way: &str, place: &str) -> String {
    let others = [
        ("azure-cli", "the Azure CLI on a machine that the policy allows (kind = \"azure-cli\")"),
        ("device-code", "a code in a browser (kind = \"device-code\")"),
        (
            "certificate",
            "an application with a certificate, for reading and inviting (kind = \"certificate\")",
        ),
        ("command", "a token that a command prints (kind = \"command\")"),
    ];
    let others: Vec<&str> = others.iter().filter(|(kind, _)| *kind != way).map(|(_, words)| *words).collect();
    format!("Other ways under [{place}]: {}.", others.join("; "))
}

/// What kind of failure it is, and what to do.
pub(crate) fn advice(refusal: &Refusal, asking: &Asking<'_>) -> (ProblemKind, String) {
    let tenant = clean_to(asking.tenant, 80);
    let app = clean_to(asking.client_id, 80);
    let place = asking.place;
    let others = next_best(asking.way, place);
    let by_code = advice_by_code(refusal, asking.service, &tenant, &app, place, &others);
    if let Some(known) = by_code {
        return known;
    }
    match refusal.error.as_str() {
        "authorization_declined" | "access_denied" => (
            ProblemKind::NotSignedIn,
            format!("The sign-in was declined in the browser. Read again to get a new code. {others}"),
        ),
        "expired_token" | "code_expired" => (
            ProblemKind::NotSignedIn,
            "Nobody typed the code in before it ended. Read again to get a new one.".into(),
        ),
        "bad_verification_code" => (
            ProblemKind::NotSignedIn,
            "The code is not known to the sign-in service any more. Read again to get a new one.".into(),
        ),
        "invalid_grant" | "interaction_required" | "login_required" => (
            ProblemKind::NotSignedIn,
            format!("Sign in again with a work account of the tenant `{tenant}`. {others}"),
        ),
        "invalid_client" => (
            ProblemKind::NotSignedIn,
            format!(
                "Look at the application {app} in the tenant `{tenant}`: Certificates & secrets, Authentication. {others}"
            ),
        ),
        "unauthorized_client" => (
            ProblemKind::NotAllowed,
            format!(
                "Look at the application {app} in the tenant `{tenant}`: it may not sign in this way. {others}"
            ),
        ),
        "temporarily_unavailable" | "server_error" => {
            (ProblemKind::ServiceFailing, "Try again in a minute.".into())
        }
        _ => (ProblemKind::Refused, format!("The service's own words say why. {others}")),
    }
}

fn advice_by_code(
    refusal: &Refusal,
    service: Service,
    tenant: &str,
    app: &str,
    place: &str,
    others: &str,
) -> Option<(ProblemKind, String)> {
    let has = |codes: &[u32]| refusal.has(codes);
    let not_signed_in = |text: String| Some((ProblemKind::NotSignedIn, text));
    let not_allowed = |text: String| Some((ProblemKind::NotAllowed, text));
    if has(&[53003, 50199]) {
        return not_signed_in(format!(
            "A Conditional Access policy of the tenant forbids this way of signing in; many tenants block the device code. {others}"
        ));
    }
    if has(BLOCKED) {
        return not_signed_in(format!(
            "A Conditional Access policy of the tenant wants a device that the tenant knows (managed, or compliant). Sign in \
             from such a device. {others}"
        ));
    }
    if has(&[50072, 50079]) {
        return not_signed_in(
            "The account has no second factor yet, and the tenant asks for one. Set it up at https://aka.ms/mfasetup, then \
             sign in again."
                .into(),
        );
    }
    if has(SECOND_FACTOR) {
        return not_signed_in(format!(
            "The tenant asks for a second factor. Sign in again and answer it in the browser (az login --tenant {tenant} for \
             the Azure CLI)."
        ));
    }
    if has(&[65004]) {
        return not_allowed(
            "The person declined to give the application the permissions. Sign in again and accept.".into(),
        );
    }
    if has(CONSENT) {
        let api = if service == Service::MicrosoftGraph {
            "API permissions > Microsoft Graph > delegated: User.Read, User.Read.All, and what else is asked for"
        } else {
            "API permissions > Azure DevOps > user_impersonation"
        };
        return not_allowed(format!(
            "Nobody has consented to the permissions of the application {app} in the tenant `{tenant}`. Its page in the Entra \
             admin center: {api}; then *Grant admin consent*."
        ));
    }
    if has(&[7_000_218]) {
        return not_allowed(format!(
            "The application {app} is no public client. Its page in the Entra admin center > Authentication: *Allow public \
             client flows* = Yes. Or use it with a secret or a certificate (kind = \"client-secret\", \"certificate\")."
        ));
    }
    if has(&[90002]) {
        return Some((
            ProblemKind::NotFound,
            format!(
                "There is no such tenant. Check [tenant] id: `{tenant}` must be one of its verified domains, or its id."
            ),
        ));
    }
    if has(&[50020, 50034, 90099]) {
        return not_signed_in(format!(
            "The account is not in the tenant `{tenant}`. Use a work account of that tenant, not the Microsoft account of the \
             organization; or have the account added there as a member."
        ));
    }
    if has(&[700_016]) {
        return not_allowed(format!(
            "There is no application {app} in the tenant `{tenant}`. Check client_id under [{place}], and that the application \
             is registered in this tenant."
        ));
    }
    if has(&[500_011]) {
        return not_allowed(format!(
            "{} is not known in the tenant `{tenant}` yet. It appears there once somebody of the tenant has signed in to it.",
            service.name()
        ));
    }
    if has(&[50105]) {
        return not_allowed(format!(
            "The application {app} is open only to people who are assigned to it. Have the account assigned: Enterprise \
             applications > Users and groups."
        ));
    }
    if has(&[50057, 50053, 50055, 50126, 50144]) {
        return not_signed_in(
            "The account is disabled, locked, or its password has ended. Have it set right in the tenant, then sign in again."
                .into(),
        );
    }
    if has(ENDED) {
        return not_signed_in(format!("The sign-in has ended. Sign in again. {others}"));
    }
    advice_for_applications(refusal, tenant, app, place)
}

fn advice_for_applications(
    refusal: &Refusal,
    tenant: &str,
    app: &str,
    place: &str,
) -> Option<(ProblemKind, String)> {
    let has = |codes: &[u32]| refusal.has(codes);
    let page =
        format!("the page of the application {app} in the Entra admin center > Certificates & secrets");
    let text = if has(&[7_000_222]) {
        format!("The secret has ended. Make a new one on {page}.")
    } else if has(&[7_000_215, 7_000_216]) {
        format!(
            "The secret is not the application's. Copy the *value* of the secret, not its id, from {page}; it is shown only \
             when it is made."
        )
    } else if has(&[700_024]) {
        "The assertion is not valid at this moment. Compare this machine's clock with the time (`ado2entra doctor` shows the \
         difference); an assertion from elsewhere has to be made anew."
            .to_owned()
    } else if has(&[700_027, 700_030, 1_000_502]) {
        format!(
            "The certificate is not registered for the application, or has ended, or the key does not belong to it. Upload \
             the certificate of certificate_file on {page}."
        )
    } else if has(&[70021, 700_211, 700_212, 700_213, 700_223]) {
        format!(
            "No federated credential of the application fits this assertion. Compare issuer, subject and audience with {page} \
             > Federated credentials."
        )
    } else if has(&[700_023]) {
        "The assertion is made for another cloud or tenant than the one that was asked.".to_owned()
    } else if has(&[7_000_112, 7_000_113, 7_000_114]) {
        format!(
            "The application {app} is disabled in the tenant `{tenant}`. Have it enabled, or use another one."
        )
    } else if has(&[900_023]) {
        format!("`{tenant}` is neither a domain nor an id. Check [tenant] id.")
    } else if has(&[900_144, 900_382, 70011]) {
        format!("The request was not what the service expects. Check the values under [{place}].")
    } else {
        return None;
    };
    Some((ProblemKind::NotSignedIn, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(error: &str, code: u32) -> Problem {
        let body = serde_json::json!({
            "error": error,
            "error_description": format!("AADSTS{code}: Something about it. Trace ID: 1 Correlation ID: 2"),
            "error_codes": [code],
        });
        let refusal = Refusal::read(body.to_string().as_bytes(), 400, None, &[]).unwrap();
        refusal.problem(&Asking {
            asked: "signing in",
            tenant: "contoso.example",
            client_id: "11111111-2222-3333-4444-555555555555",
            place: "credentials.entra",
            way: "device-code",
            service: Service::MicrosoftGraph,
        })
    }

    #[test]
    fn each_code_has_its_next_best_way() {
        for (code, part) in [
            (53003, "kind = \"azure-cli\""),
            (53000, "managed, or compliant"),
            (50076, "second factor"),
            (50079, "aka.ms/mfasetup"),
            (65001, "Grant admin consent"),
            (7_000_218, "Allow public client flows"),
            (90002, "no such tenant"),
            (50020, "not the Microsoft account"),
            (50034, "not in the tenant"),
            (700_016, "no application 11111111"),
            (7_000_222, "secret has ended"),
            (7_000_215, "not its id"),
            (700_024, "clock"),
            (700_027, "certificate_file"),
            (70021, "Federated credentials"),
            (700_082, "Sign in again"),
        ] {
            let problem = refused("invalid_grant", code);
            assert!(problem.remedy.contains(part), "{code}: {}", problem.remedy);
            assert_eq!(problem.code.as_deref(), Some(format!("AADSTS{code}").as_str()));
            assert!(!problem.said.contains("Trace ID"), "{}", problem.said);
        }
        assert_eq!(refused("invalid_tenant", 90002).kind, ProblemKind::NotFound);
        assert_eq!(refused("invalid_grant", 65001).kind, ProblemKind::NotAllowed);
    }

    #[test]
    fn without_a_code_the_error_decides() {
        for (error, part) in [
            ("authorization_declined", "declined in the browser"),
            ("expired_token", "new one"),
            ("invalid_grant", "Sign in again"),
            ("unauthorized_client", "may not sign in this way"),
            ("something_new", "own words"),
        ] {
            assert!(refused(error, 0).remedy.contains(part), "{error}: {}", refused(error, 0).remedy);
        }
    }

    #[test]
    fn only_some_refusals_are_answered_by_signing_in_once_more() {
        let asks = |error: &str, code: u32| {
            let body = serde_json::json!({"error": error, "error_codes": [code]}).to_string();
            Refusal::read(body.as_bytes(), 400, None, &[]).unwrap().asks_for_the_person()
        };
        assert!(asks("invalid_grant", 700_082) && asks("interaction_required", 50076));
        assert!(
            !asks("invalid_grant", 53003) && !asks("invalid_grant", 65001) && !asks("invalid_grant", 50020)
        );
        assert!(!asks("invalid_client", 7_000_215));
    }

    #[test]
    fn what_is_echoed_is_taken_out() {
        let body = br#"{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret 'tell-nobody~x' provided."}"#;
        let refusal = Refusal::read(body, 401, None, &["tell-nobody~x"]).unwrap();
        assert!(!refusal.text.contains("tell-nobody"), "{}", refusal.text);
        assert_eq!(refusal.codes, [7_000_215]);
        assert!(Refusal::read(b"<html>", 400, None, &[]).is_none());
        assert!(Refusal::read(b"{}", 400, None, &[]).is_none());
    }
}
