//! A copy of a snapshot for somebody else: every name and address is replaced, the same one always by the same, also over
//! several files, so that two of them can still be compared.
//!
//! What stays is what is known to be harmless: ids, times, numbers, and the services' own words (`aad`, `Basic`, `active`,
//! names of built-in groups). Everything else is taken for a name. Links are left out. A descriptor that holds an address (of
//! somebody who was invited and never signed in) is replaced too.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::document::{Document, writing};
use super::scan::{Found, bad, scan};
use crate::domain::Problem;
use crate::tasks::runner::write_file;

/// Members that are left out wholly: links, which repeat names and descriptors.
const LINKS: [&str; 5] = ["url", "_links", "href", "imageUrl", "_self"];

/// Members whose words are the services' own.
const WORDS: [&str; 33] = [
    "subjectKind",
    "metaType",
    "origin",
    "licensingSource",
    "accountLicenseType",
    "msdnLicenseType",
    "gitHubLicenseType",
    "licenseDisplayName",
    "status",
    "assignmentSource",
    "groupType",
    "projectPermissionInherited",
    "userType",
    "user_type",
    "creationType",
    "externalUserState",
    "signInType",
    "region",
    "cloud",
    "Public",
    "National",
    "scope",
    "part",
    "good",
    "backing",
    "allow_invites_from",
    "access_level",
    "schema",
    "taken_at",
    "group_type",
    "license",
    "kind",
    "sign_in_host",
];

/// Groups that every organization has.
const BUILT_IN: [&str; 14] = [
    "Project Collection Administrators",
    "Project Collection Valid Users",
    "Project Collection Service Accounts",
    "Project Collection Build Service Accounts",
    "Project Collection Build Administrators",
    "Project Collection Proxy Service Accounts",
    "Project-Scoped Users",
    "Enterprise Service Accounts",
    "Security Service Group",
    "Project Administrators",
    "Build Administrators",
    "Contributors",
    "Readers",
    "Endpoint Administrators",
];

/// Replaces names and addresses, the same ones by the same.
#[derive(Debug, Default)]
pub struct Redactor {
    /// By what was there, whatever it was the name of: a project is called the same everywhere.
    known: HashMap<String, String>,
    counts: HashMap<&'static str, usize>,
}

/// Writes a redacted copy of each of these files; one table of names for all of them. Nothing is written unless all of them
/// can be read.
pub async fn redact(files: &[(PathBuf, PathBuf)], force: bool) -> Result<usize, Problem> {
    let owned: Vec<(PathBuf, PathBuf)> = files.to_vec();
    let made = tokio::task::spawn_blocking(move || {
        let mut redactor = Redactor::default();
        let copies: Result<Vec<(PathBuf, Vec<u8>)>, Problem> = owned
            .into_iter()
            .map(|(from, to)| {
                let compressed = to.extension().is_some_and(|ending| ending == "zst");
                let bytes = redactor.copy(&from, compressed)?;
                Ok((to, bytes))
            })
            .collect();
        copies.map(|copies| (copies, redactor.known.len()))
    });
    let (copies, replaced) = made
        .await
        .map_err(|_| Problem::local("redacting a snapshot", "the work ended unexpectedly", ""))??;
    for (to, bytes) in copies {
        write_file(&to, bytes, force).await?;
    }
    Ok(replaced)
}

impl Redactor {
    /// The redacted copy of a file, as bytes.
    pub fn copy(&mut self, from: &Path, compressed: bool) -> Result<Vec<u8>, Problem> {
        let mut out = Document::new(compressed)?;
        let mut open: Option<(String, bool)> = None;
        let mut taken_at = None;
        let mut begun = false;
        let mut failure: Option<Problem> = None;
        scan(from, |found| {
            let mut step = |this: &mut Self, out: &mut Document| -> Result<(), Problem> {
                if let Found::Member(name, value) = &found {
                    match *name {
                        "schema" | "redacted" => return Ok(()),
                        "taken_at" => {
                            taken_at = serde_json::from_slice::<jiff::Timestamp>(value).ok();
                            return Ok(());
                        }
                        _ => {}
                    }
                }
                if !begun {
                    let at = taken_at.ok_or_else(|| bad(from, "it has no `taken_at` in its first line"))?;
                    out.first_line(&at.to_string(), true)?;
                    begun = true;
                }
                if let Some((name, _)) = &open
                    && !matches!(&found, Found::Row(list, _) if list == name)
                {
                    out.end()?;
                    open = None;
                }
                match &found {
                    Found::Member(name, value) => {
                        let mut value: Value = serde_json::from_slice(value).map_err(writing)?;
                        this.value("", name, &mut value);
                        out.member(name, &value)
                    }
                    Found::List(name) => {
                        open = Some(((*name).to_owned(), true));
                        out.begin(name)
                    }
                    Found::Row(list, row) => {
                        let mut value: Value = serde_json::from_slice(row).map_err(writing)?;
                        this.value("", list, &mut value);
                        let bytes = serde_json::to_vec(&value).map_err(writing)?;
                        let first = open.as_ref().is_some_and(|(_, first)| *first);
                        open = Some(((*list).to_owned(), false));
                        out.row(first, &bytes)
                    }
                }
            };
            step(self, &mut out).map_err(|problem| {
                let said = problem.said.clone();
                failure = Some(problem);
                said
            })
        })
        .map_err(|problem| failure.take().unwrap_or(problem))?;
        if open.is_some() {
            out.end()?;
        }
        out.finish()
    }

    /// Replaces everything in this member that may be a name; `around` is the member that holds it.
    pub fn value(&mut self, around: &str, member: &str, value: &mut Value) {
        match value {
            Value::Object(object) => {
                object.retain(|name, _| !LINKS.contains(&name.as_str()));
                for (name, inner) in object.iter_mut() {
                    self.value(member, name, inner);
                }
            }
            Value::Array(list) => list.iter_mut().for_each(|inner| self.value(around, member, inner)),
            Value::String(text) => {
                let new = self.text(around, member, text);
                *text = new;
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn text(&mut self, around: &str, member: &str, text: &str) -> String {
        let plain = text.trim();
        if plain.is_empty() || is_harmless(member, plain) || BUILT_IN.contains(&plain) {
            return text.to_owned();
        }
        if member.to_ascii_lowercase().contains("descriptor")
            || matches!(member, "container" | "member" | "group")
        {
            return self.descriptor(plain);
        }
        if is_group(plain) {
            return self.group(plain);
        }
        if plain.contains('@') && !plain.contains(' ') {
            return self.address(plain);
        }
        match (around, member) {
            (_, "verified_domains" | "configured" | "issuer") => self.domain(plain),
            (_, "standing") => standing(plain),
            ("organization", "name") => self.called("organization", plain),
            ("projectRef" | "projects", "name") => self.called("project", plain),
            ("", "name") => self.called("thing", plain),
            (_, "displayName" | "display_name" | "givenName" | "surname" | "given_name" | "name") => {
                self.called("name", plain)
            }
            _ => self.called("text", plain),
        }
    }

    /// What this is called from now on: the first kind of name that it was seen as, and a number.
    fn called(&mut self, kind: &'static str, text: &str) -> String {
        self.known_as(kind, text, |n| format!("{kind}-{n}"))
    }

    fn known_as(&mut self, kind: &'static str, text: &str, shown: impl Fn(usize) -> String) -> String {
        if let Some(known) = self.known.get(&text.to_lowercase()) {
            return known.clone();
        }
        let count = self.counts.entry(kind).or_insert(0);
        *count += 1;
        let new = shown(*count);
        self.known.insert(text.to_lowercase(), new.clone());
        new
    }

    /// `smtp:` and `#EXT#` stay, because they say what kind of address it is.
    fn address(&mut self, text: &str) -> String {
        let (prefix, address) = match text.split_once(':') {
            Some((prefix, rest))
                if prefix.len() <= 5 && prefix.bytes().all(|byte| byte.is_ascii_alphanumeric()) =>
            {
                (format!("{prefix}:"), rest)
            }
            _ => (String::new(), text),
        };
        let Some((local, domain)) = address.rsplit_once('@') else {
            return self.called("text", text);
        };
        let (local, external) = match local.to_ascii_uppercase().find("#EXT#") {
            Some(at) => (local.get(..at).unwrap_or(local), "#EXT#"),
            None => (local, ""),
        };
        let local = self.known_as("user", local, |n| format!("user{n}"));
        let domain = self.domain(domain);
        format!("{prefix}{local}{external}@{domain}")
    }

    fn domain(&mut self, text: &str) -> String {
        self.known_as("domain", text, |n| format!("domain{n}.example"))
    }

    /// `[Fiber]\Contributors`: the project and the group, each by itself.
    fn group(&mut self, text: &str) -> String {
        let Some((scope, name)) = text.strip_prefix('[').and_then(|rest| rest.split_once("]\\")) else {
            return self.called("text", text);
        };
        let scope = if scope.eq_ignore_ascii_case("TEAM FOUNDATION") {
            scope.to_owned()
        } else {
            self.called("project", scope)
        };
        let name = if BUILT_IN.contains(&name) { name.to_owned() } else { self.called("group", name) };
        format!("[{scope}]\\{name}")
    }

    /// What a descriptor holds is an id, a SID, or, of an invitation, an address.
    fn descriptor(&mut self, text: &str) -> String {
        let Some((kind, encoded)) = text.split_once('.') else {
            return self.called("text", text);
        };
        let decoded = URL_SAFE_NO_PAD
            .decode(encoded.trim_end_matches('='))
            .ok()
            .and_then(|bytes| String::from_utf8(bytes).ok());
        let harmless = decoded.as_deref().is_some_and(|inside| is_id(inside) || is_sid(inside));
        if harmless && kind.len() <= 6 && kind.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return text.to_owned();
        }
        let kind: String = kind.chars().filter(char::is_ascii_alphanumeric).take(6).collect();
        self.known_as("descriptor", text, |n| {
            format!("{kind}.{}", URL_SAFE_NO_PAD.encode(format!("redacted {n}")))
        })
    }
}

/// How something stands: the program's own words stay, names of agents go.
fn standing(text: &str) -> String {
    match text.split_once(" agents online") {
        Some((counts, _)) if counts.bytes().all(|byte| byte.is_ascii_digit() || b" of".contains(&byte)) => {
            format!("{counts} agents online")
        }
        _ if text.len() <= 20 && text.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b' ') => {
            text.to_owned()
        }
        _ => "not said".to_owned(),
    }
}

fn is_group(text: &str) -> bool {
    text.starts_with('[') && text.contains("]\\")
}

fn is_id(text: &str) -> bool {
    uuid::Uuid::try_parse(text).is_ok()
}

fn is_sid(text: &str) -> bool {
    text.strip_prefix("S-").is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-'))
}

fn is_time(text: &str) -> bool {
    text.get(..10).is_some_and(|day| {
        day.bytes()
            .enumerate()
            .all(|(at, byte)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() })
    }) && text.bytes().all(|byte| byte.is_ascii_digit() || b"-:.TZ+ ".contains(&byte))
}

fn is_harmless(member: &str, text: &str) -> bool {
    let vstfs = text.strip_prefix("vstfs:///").is_some_and(|rest| {
        rest.rsplit_once('/').is_some_and(|(path, id)| {
            is_id(id) && path.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'/')
        })
    });
    let number = text.len() <= 32
        && text.bytes().all(|byte| byte.is_ascii_hexdigit())
        && text.bytes().any(|b| b.is_ascii_digit());
    let word = WORDS.contains(&member)
        && text.len() <= 60
        && !text.contains('@')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || " +-_.#".contains(c));
    let known = matches!(
        text,
        "Windows Live ID"
            | "LOCAL AUTHORITY"
            | "Build"
            | "AgentPool"
            | "MicrosoftAccounts"
            | "microsoft-accounts"
    );
    is_id(text)
        || is_time(text)
        || vstfs
        || word
        || known
        || (member.to_lowercase().ends_with("id") && number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redacted(member: &str, text: &str) -> String {
        Redactor::default().text("x", member, text)
    }

    #[test]
    fn names_and_addresses_go_and_ids_stay() {
        let mut redactor = Redactor::default();
        let mut row = serde_json::json!({
            "id": "a0000000-0000-4000-8000-000000000001",
            "user": {"displayName": "Adele Vance", "principalName": "adele@fabrikam.com", "mailAddress": "Adele@Fabrikam.com",
                "origin": "msa", "originId": "00030000ABCD1234", "domain": "Windows Live ID", "url": "https://x/adele@fabrikam.com"},
            "proxyAddresses": ["SMTP:adele@fabrikam.com", "smtp:av@fabrikam.com"],
            "userPrincipalName": "adele_fabrikam.com#EXT#@contoso.onmicrosoft.com",
            "lastAccessedDate": "2026-11-21T10:00:00.1234567Z",
            "accessLevel": {"licenseDisplayName": "Basic + Test Plans", "status": "active"},
        });
        redactor.value("", "org_users", &mut row);
        assert_eq!(row["id"], "a0000000-0000-4000-8000-000000000001");
        assert_eq!(row["user"]["displayName"], "name-1");
        assert_eq!(row["user"]["principalName"], "user1@domain1.example");
        assert_eq!(row["user"]["mailAddress"], "user1@domain1.example", "case does not count");
        assert_eq!(row["proxyAddresses"][0], "SMTP:user1@domain1.example");
        assert_eq!(row["userPrincipalName"], "user3#EXT#@domain2.example");
        assert_eq!(row["user"]["originId"], "00030000ABCD1234");
        assert_eq!(row["accessLevel"]["licenseDisplayName"], "Basic + Test Plans");
        assert_eq!(row["lastAccessedDate"], "2026-11-21T10:00:00.1234567Z");
        assert!(row["user"].get("url").is_none());
    }

    #[test]
    fn what_is_not_known_to_be_harmless_is_a_name() {
        assert_eq!(redacted("somethingNew", "Adele"), "text-1");
        assert_eq!(redacted("licenseDisplayName", "For adele@fabrikam.com"), "text-1");
        assert_eq!(redacted("principalName", "[Secret Project]\\Contributors"), "[project-1]\\Contributors");
        assert_eq!(redacted("principalName", "[Secret]\\The Others"), "[project-1]\\group-1");
        let pending = format!("aad.{}", URL_SAFE_NO_PAD.encode("upn:Windows Live ID\\adele@fabrikam.com"));
        let other = redacted("descriptor", &pending);
        assert!(other.starts_with("aad.") && other != pending);
        let plain = format!("aad.{}", URL_SAFE_NO_PAD.encode("62a9f1bd-6a09-7642-8000-000000000001"));
        assert_eq!(redacted("memberDescriptor", &plain), plain);
    }
}
