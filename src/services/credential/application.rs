//! An application that signs in for itself, for reading and inviting: by a secret, by a certificate, or by an assertion that
//! another identity provider issued. It has no `/me`, and is nobody's membership.
//!
//! The certificate's assertion follows Microsoft's page "certificate credentials" (2026-11): PS256, `x5t#S256`, `aud` the token
//! endpoint, `iss` and `sub` the application's id, ten minutes at most.

use std::fmt;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{RSA_PSS_SHA256, RsaKeyPair};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use secrecy::SecretString;
use secrecy::zeroize::Zeroizing;

use super::Environment;
use super::authority::Authority;
use super::refusal::{Asking, Denied};
use super::source::Resource;
use super::token::{LONGEST, Token};
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::text::clean_to;
use crate::services::http::form::Form;

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const ASKED: &str = "signing in as an application";

/// How long an assertion of ours is good for, in seconds.
const ASSERTION_LIVES: i64 = 300;

/// Largest file of keys and certificates, in bytes.
const LARGEST_FILE: u64 = 256 * 1024;

/// By what an application proves itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Proof {
    /// A secret in this variable.
    Secret { env: String },
    /// A certificate and its key, as PEM.
    Certificate { certificate_file: PathBuf, key_file: PathBuf },
    /// An assertion in this variable.
    AssertionVariable { env: String },
    /// An assertion in this file; read anew each time, since who issues it replaces it.
    AssertionFile { file: PathBuf },
}

impl Proof {
    /// The way's name in the configuration.
    pub fn way(&self) -> &'static str {
        match self {
            Self::Secret { .. } => "client-secret",
            Self::Certificate { .. } => "certificate",
            Self::AssertionVariable { .. } | Self::AssertionFile { .. } => "federated",
        }
    }
}

/// See the module.
pub(crate) struct Application {
    pub authority: Authority,
    pub client_id: String,
    pub proof: Proof,
    pub place: String,
    pub environment: Arc<Environment>,
}

impl Application {
    /// A fresh token for this resource.
    pub async fn token(&self, resource: Resource) -> Result<Token, Problem> {
        let form = Form::default()
            .with("grant_type", "client_credentials")
            .with("client_id", &self.client_id)
            .with("scope", resource.scope());
        let form = match &self.proof {
            Proof::Secret { env } => {
                form.with_secret("client_secret", &self.variable(env, "the secret", resource)?)
            }
            Proof::Certificate { certificate_file, key_file } => {
                let assertion = self.assertion(certificate_file, key_file, resource)?;
                form.with("client_assertion_type", ASSERTION_TYPE).with_secret("client_assertion", &assertion)
            }
            Proof::AssertionVariable { env } => {
                let assertion = self.variable(env, "the assertion", resource)?;
                form.with("client_assertion_type", ASSERTION_TYPE).with_secret("client_assertion", &assertion)
            }
            Proof::AssertionFile { file } => {
                let assertion = self.assertion_file(file, resource)?;
                form.with("client_assertion_type", ASSERTION_TYPE).with_secret("client_assertion", &assertion)
            }
        };
        let asking = Asking {
            asked: ASKED,
            tenant: self.authority.tenant(),
            client_id: &self.client_id,
            place: &self.place,
            way: self.proof.way(),
            service: resource.service(),
        };
        let grant = match self.authority.grant_patiently(ASKED, &form).await {
            Ok(grant) => grant,
            Err(Denied::Refused(refusal)) => return Err(refusal.problem(&asking)),
            Err(Denied::Problem(problem)) => return Err(problem),
        };
        Token::granted(grant.access, grant.lifetime, None).ok_or_else(|| {
            let said = "what came as a token cannot be one".to_owned();
            self.local(resource, said, "Check a proxy before the sign-in service.")
        })
    }

    fn variable(&self, name: &str, what: &str, resource: Resource) -> Result<SecretString, Problem> {
        let shown = clean_to(name, 80);
        let value =
            self.environment.get(name).and_then(|value| value.to_str()).map(str::trim).unwrap_or_default();
        if value.is_empty() || value.len() > LONGEST {
            let said = format!("the environment variable {shown} is not set, or cannot be {what}");
            let remedy = format!("Set {shown} to {what} of the application {}.", self.client_id);
            let problem = self.local(resource, said, &remedy);
            return Err(Problem { kind: ProblemKind::NotSignedIn, ..problem });
        }
        Ok(SecretString::from(value))
    }

    fn assertion_file(&self, file: &Path, resource: Resource) -> Result<SecretString, Problem> {
        let remedy = "assertion_file must name the file that holds the token of your identity provider, readable by this \
                      account.";
        let bytes = self.file(file, remedy, resource)?;
        let text = std::str::from_utf8(&bytes).unwrap_or_default().trim();
        if text.is_empty() || text.len() > LONGEST {
            let said = format!("{} is empty, or holds what cannot be an assertion", shown(file));
            return Err(self.local(resource, said, remedy));
        }
        Ok(SecretString::from(text))
    }

    /// A statement about ourselves, signed with the key of the certificate.
    fn assertion(&self, certificate: &Path, key: &Path, resource: Resource) -> Result<SecretString, Problem> {
        let remedy = "certificate_file must name a PEM file with the certificate that is registered for the application, and \
                      key_file one with its unencrypted RSA key; both may be the same file.";
        let local = |said: String| self.local(resource, said, remedy);
        let bytes = self.file(certificate, remedy, resource)?;
        let der = CertificateDer::from_pem_slice(&bytes)
            .map_err(|_| local(format!("there is no certificate in {}", shown(certificate))))?;
        let thumbprint = URL_SAFE_NO_PAD.encode(digest(&SHA256, &der));
        let pair = self.key(key, remedy, resource)?;
        let random = SystemRandom::new();
        let mut id = [0_u8; 16];
        random.fill(&mut id).map_err(|_| local("this machine gives no random numbers".into()))?;
        let now = Timestamp::now().as_second();
        let part = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let header = part(&serde_json::json!({"alg": "PS256", "typ": "JWT", "x5t#S256": thumbprint}));
        let claims = part(&serde_json::json!({
            "aud": self.authority.token_address(),
            "iss": self.client_id,
            "sub": self.client_id,
            "jti": uuid::Builder::from_random_bytes(id).into_uuid().to_string(),
            "iat": now,
            // A clock that is a little ahead must not cost the sign-in.
            "nbf": now - 30,
            "exp": now + ASSERTION_LIVES,
        }));
        let mut text = Zeroizing::new(format!("{header}.{claims}"));
        let mut signature = vec![0; pair.public().modulus_len()];
        pair.sign(&RSA_PSS_SHA256, &random, text.as_bytes(), &mut signature)
            .map_err(|_| local(format!("nothing can be signed with the key in {}", shown(key))))?;
        text.push('.');
        text.push_str(&URL_SAFE_NO_PAD.encode(&signature));
        Ok(SecretString::from(text.as_str()))
    }

    fn key(&self, file: &Path, remedy: &str, resource: Resource) -> Result<RsaKeyPair, Problem> {
        let local = |said: String| self.local(resource, said, remedy);
        let bytes = self.file(file, remedy, resource)?;
        let key = PrivateKeyDer::from_pem_slice(&bytes).map_err(|_| {
            local(format!("there is no key in {} that can be read without a password", shown(file)))
        })?;
        let pair = match &key {
            PrivateKeyDer::Pkcs8(der) => RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()),
            PrivateKeyDer::Pkcs1(der) => RsaKeyPair::from_der(der.secret_pkcs1_der()),
            _ => return Err(local(format!("the key in {} is no RSA key", shown(file)))),
        };
        pair.map_err(|why| local(format!("the key in {} cannot be used: {why}", shown(file))))
    }

    fn file(&self, file: &Path, remedy: &str, resource: Resource) -> Result<Zeroizing<Vec<u8>>, Problem> {
        let read = || {
            let mut bytes = Zeroizing::new(Vec::new());
            std::fs::File::open(file)?.take(LARGEST_FILE).read_to_end(&mut bytes)?;
            Ok::<_, std::io::Error>(bytes)
        };
        read().map_err(|why| self.local(resource, format!("{} cannot be read: {why}", shown(file)), remedy))
    }

    fn local(&self, resource: Resource, said: String, remedy: &str) -> Problem {
        Problem {
            said,
            remedy: remedy.to_owned(),
            ..Problem::at(resource.service(), ProblemKind::Local, format!("{ASKED} ({})", self.place))
        }
    }
}

fn shown(file: &Path) -> String {
    clean_to(&file.display().to_string(), 200).into_owned()
}

impl fmt::Debug for Application {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Application({})", self.proof.way())
    }
}

impl PartialEq for Application {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Eq for Application {}
