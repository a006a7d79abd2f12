//! A token, its form, and what it says about itself.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::Timestamp;
use reqwest::header::HeaderValue;
use secrecy::zeroize::Zeroize;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::domain::ids::TenantId;

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
}

#[derive(Deserialize)]
struct Claims {
    tid: Option<String>,
    exp: Option<i64>,
}

impl Token {
    /// Takes a token that is sent as `Bearer`.
    pub fn bearer(secret: SecretString) -> Option<Self> {
        let claims = claims(secret.expose_secret());
        Self::checked(Self {
            form: Form::Bearer,
            encoded: None,
            tenant: claims.as_ref().and_then(|claims| claims.tid.as_deref()?.parse().ok()),
            expires_at: claims.and_then(|claims| Timestamp::from_second(claims.exp?).ok()),
            secret,
        })
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
