//! A token, its form, and what it says about itself.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use reqwest::header::HeaderValue;
use secrecy::zeroize::Zeroize;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::domain::ids::{ObjectId, TenantId};
use crate::domain::signin::AccountKind;
use crate::domain::text::clean_to;
use crate::services::http::wait::later;

/// Longest token taken.
pub(crate) const LONGEST: usize = 16 * 1024;

/// How a token is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// `Bearer`.
    Bearer,
    /// `Basic`, with an empty user name: a personal access token. Without the colon the service answers with its sign-in
    /// page (vsts-rest-api-specs#97).
    Basic,
}

/// A token. Shows nothing when debugged; wiped when dropped.
pub(crate) struct Token {
    secret: SecretString,
    encoded: Option<SecretString>,
    pub form: Form,
    /// The tenant that it is for, where it says; unverified, for display and for the trial before the switch.
    pub tenant: Option<TenantId>,
    /// When it ends, where it says.
    pub expires_at: Option<Timestamp>,
    /// For how long it was made, where that is known.
    pub lifetime: Option<SignedDuration>,
    /// Whose it is, as far as it says; unverified too.
    pub holder: Holder,
}

/// Whose a token is, and what it allows. Microsoft calls tokens for its own services opaque: everything here is a hint for
/// people, and nothing is decided by it alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Holder {
    pub kind: AccountKind,
    pub account: Option<String>,
    pub object: Option<ObjectId>,
    pub permissions: Option<BTreeSet<String>>,
}

impl Holder {
    /// Nothing is known.
    pub const UNKNOWN: Self =
        Self { kind: AccountKind::Unknown, account: None, object: None, permissions: None };
}

#[derive(Deserialize)]
struct Claims {
    tid: Option<String>,
    exp: Option<i64>,
    iat: Option<i64>,
    oid: Option<String>,
    upn: Option<String>,
    unique_name: Option<String>,
    preferred_username: Option<String>,
    app_displayname: Option<String>,
    idtyp: Option<String>,
    scp: Option<String>,
    roles: Option<Vec<String>>,
}

impl Claims {
    fn holder(self) -> Holder {
        let application =
            self.idtyp.as_deref() == Some("app") || (self.roles.is_some() && self.scp.is_none());
        let kind = match (application, &self.scp) {
            (true, _) => AccountKind::Application,
            (false, Some(_)) => AccountKind::Person,
            (false, None) => AccountKind::Unknown,
        };
        let account = if application {
            self.app_displayname
        } else {
            self.upn.or(self.preferred_username).or(self.unique_name)
        };
        let permissions = if application {
            self.roles.map(|roles| roles.into_iter().collect())
        } else {
            self.scp.as_deref().map(names)
        };
        Holder {
            kind,
            account: account.map(|account| clean_to(&account, 200).into_owned()).filter(|it| !it.is_empty()),
            object: self.oid.and_then(|id| id.parse().ok()),
            permissions,
        }
    }
}

/// Permissions by their short names, from a list with blanks; the name of the service before them is left out.
fn names(list: &str) -> BTreeSet<String> {
    list.split_whitespace()
        .map(|name| clean_to(name.rsplit('/').next().unwrap_or(name), 100).into_owned())
        .collect()
}

impl Token {
    /// Takes a token that is sent as `Bearer`.
    pub fn bearer(secret: SecretString) -> Option<Self> {
        let claims = claims(secret.expose_secret());
        let moment = |seconds: Option<i64>| Timestamp::from_second(seconds?).ok();
        let (begins, expires_at) =
            claims.as_ref().map_or((None, None), |claims| (moment(claims.iat), moment(claims.exp)));
        Self::checked(Self {
            form: Form::Bearer,
            encoded: None,
            tenant: claims.as_ref().and_then(|claims| claims.tid.as_deref()?.parse().ok()),
            expires_at,
            lifetime: begins.zip(expires_at).map(|(begins, ends)| ends.duration_since(begins)),
            holder: claims.map_or(Holder::UNKNOWN, Claims::holder),
            secret,
        })
    }

    /// Takes a token that the sign-in service gave us, with what it said about it.
    pub fn granted(secret: SecretString, lifetime: Option<Duration>, scope: Option<&str>) -> Option<Self> {
        let mut token = Self::bearer(secret)?;
        if let Some(lifetime) = lifetime {
            // By our own clock, from now on: the claims go by the service's.
            token.expires_at = Some(later(Timestamp::now(), lifetime));
            token.lifetime = SignedDuration::try_from(lifetime).ok();
        }
        if token.holder.permissions.is_none() {
            token.holder.permissions = scope.map(names);
        }
        Some(token)
    }

    /// Takes a personal access token.
    pub fn personal(secret: SecretString) -> Option<Self> {
        let mut plain = format!(":{}", secret.expose_secret());
        let encoded = STANDARD.encode(&plain);
        plain.zeroize();
        Self::checked(Self {
            form: Form::Basic,
            encoded: Some(SecretString::from(encoded)),
            tenant: None,
            expires_at: None,
            lifetime: None,
            holder: Holder::UNKNOWN,
            secret,
        })
    }

    /// Takes what a command printed for Azure DevOps: three base64url parts with dots are a bearer token, anything else
    /// is a personal access token.
    pub fn by_shape(secret: SecretString) -> Option<Self> {
        if is_three_parts(secret.expose_secret()) { Self::bearer(secret) } else { Self::personal(secret) }
    }

    /// Only what can stand in a header is a token.
    fn checked(token: Self) -> Option<Self> {
        let text = token.secret.expose_secret();
        (!text.is_empty() && text.len() <= LONGEST && text.bytes().all(|b| b.is_ascii_graphic()))
            .then_some(token)
    }

    /// The value of the `Authorization` header, marked as sensitive.
    pub fn authorization(&self) -> Option<HeaderValue> {
        let mut text = match (&self.form, &self.encoded) {
            (Form::Basic, Some(encoded)) => format!("Basic {}", encoded.expose_secret()),
            _ => format!("Bearer {}", self.secret.expose_secret()),
        };
        let value = HeaderValue::from_str(&text).ok();
        text.zeroize();
        value.map(|mut value| {
            value.set_sensitive(true);
            value
        })
    }

    /// What must not appear in any text.
    pub fn secrets(&self) -> Vec<&str> {
        let encoded = self.encoded.as_ref().map(ExposeSecret::expose_secret);
        std::iter::once(self.secret.expose_secret()).chain(encoded).collect()
    }

    /// Whether two tokens are the same one.
    pub fn is_same(&self, other: &Self) -> bool {
        self.secret.expose_secret() == other.secret.expose_secret()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("form", &self.form)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

fn is_three_parts(text: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'='))
    };
    text.split('.').count() == 3 && text.split('.').all(part)
}

fn claims(text: &str) -> Option<Claims> {
    if !is_three_parts(text) {
        return None;
    }
    let payload = text.split('.').nth(1)?.trim_end_matches('=');
    let mut decoded = URL_SAFE_NO_PAD.decode(payload).ok()?;
    let claims = serde_json::from_slice(&decoded).ok();
    decoded.zeroize();
    claims
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jwt(payload: &str) -> String {
        format!("{}.{}.c2ln", URL_SAFE_NO_PAD.encode("{}"), URL_SAFE_NO_PAD.encode(payload))
    }

    #[test]
    fn a_bearer_token_tells_its_tenant_and_its_end() {
        let text = jwt(r#"{"tid":"00000000-0000-4000-8000-000000000001","exp":1795471212,"aud":"x"}"#);
        let token = Token::by_shape(text.clone().into()).unwrap();
        assert_eq!(token.form, Form::Bearer);
        assert_eq!(token.tenant.unwrap().to_string(), "00000000-0000-4000-8000-000000000001");
        assert_eq!(token.expires_at.unwrap().as_second(), 1_795_471_212);
        assert_eq!(token.authorization().unwrap().to_str().unwrap(), format!("Bearer {text}"));
        assert!(Token::by_shape("a.b.c".to_owned().into()).unwrap().tenant.is_none());
    }

    #[test]
    fn whose_it_is_and_what_it_allows_is_read_where_it_says() {
        let person = jwt(
            r#"{"scp":"User.Read  User.Read.All","upn":"adele@contoso.example","idtyp":"user","iat":10,"exp":70}"#,
        );
        let person = Token::bearer(person.into()).unwrap();
        assert_eq!(person.holder.kind, AccountKind::Person);
        assert_eq!(person.holder.account.as_deref(), Some("adele@contoso.example"));
        assert_eq!(person.holder.permissions.unwrap().len(), 2);
        assert_eq!(person.lifetime, Some(SignedDuration::from_secs(60)));
        let application =
            Token::bearer(jwt(r#"{"roles":["User.Read.All"],"app_displayname":"Reader"}"#).into()).unwrap();
        assert_eq!(application.holder.kind, AccountKind::Application);
        assert_eq!(application.holder.account.as_deref(), Some("Reader"));
        let opaque = Token::bearer("opaque".to_owned().into()).unwrap();
        assert_eq!(opaque.holder, Holder::UNKNOWN);
        let told = Token::granted(
            "opaque".to_owned().into(),
            Some(Duration::from_secs(3600)),
            Some("https://graph.microsoft.com/User.Read offline_access"),
        );
        assert!(told.unwrap().holder.permissions.unwrap().contains("User.Read"));
    }

    #[test]
    fn anything_else_is_a_personal_access_token_with_its_colon() {
        let token = Token::by_shape("word".to_owned().into()).unwrap();
        assert_eq!(token.authorization().unwrap().to_str().unwrap(), "Basic OndvcmQ=");
        assert_eq!(Token::by_shape("two.parts".to_owned().into()).unwrap().form, Form::Basic);
    }

    #[test]
    fn what_cannot_stand_in_a_header_is_no_token() {
        for bad in ["", "two words", "line\nbreak", "zw\u{200b}", &"x".repeat(LONGEST + 1)] {
            assert!(Token::personal(bad.to_owned().into()).is_none(), "{bad:.20?}");
        }
    }

    #[test]
    fn nothing_of_it_is_shown() {
        let secret = jwt(r#"{"tid":"00000000-0000-4000-8000-000000000001"}"#);
        let token = Token::bearer(secret.clone().into()).unwrap();
        let shown = format!("{token:?} {:?}", token.authorization().unwrap());
        assert!(secret.split('.').all(|part| !shown.contains(part)), "{shown}");
    }
}
