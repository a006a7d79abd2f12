//! The names that people give: organization, tenant, addresses, environment variables, files, commands. Each
//! check returns the normalised value, or what is wrong with it.

use std::path::{Path, PathBuf};

use uuid::Uuid;

use super::credentials::CommandLine;
use super::error::{Problem, acts_on_terminals, quoted};

/// The organization's name: letters of the English alphabet, digits and hyphens, at most 50 characters, a
/// letter or digit at both ends (Microsoft, "Create an organization", naming). The organization's address is
/// taken too, and the name read out of it.
pub(super) fn organization(text: &str) -> Result<String, Problem> {
    let name = organization_of_address(text.trim()).unwrap_or(text.trim());
    let advice = "write the name as in https://dev.azure.com/NAME";
    if name.is_empty() {
        return Err(Problem::new("the organization's name is empty", advice));
    }
    if name.chars().count() > 50 {
        return Err(Problem::new("an organization's name has at most 50 characters", advice));
    }
    if let Some(c) = name.chars().find(|c| !c.is_ascii_alphanumeric() && *c != '-') {
        let what =
            format!("an organization's name has only letters, digits and hyphens, not {}", quoted_char(c));
        return Err(Problem::new(what, advice));
    }
    if name.starts_with('-') || name.ends_with('-') {
        let what = "an organization's name begins and ends with a letter or a digit";
        return Err(Problem::new(what, advice));
    }
    Ok(name.to_owned())
}

/// `https://dev.azure.com/NAME/…` and `https://NAME.visualstudio.com/…`, with or without the scheme.
fn organization_of_address(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or(text);
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    if host.eq_ignore_ascii_case("dev.azure.com") {
        return Some(path.split(['/', '?', '#']).next().unwrap_or_default());
    }
    let (name, suffix) = host.split_once('.')?;
    suffix.eq_ignore_ascii_case("visualstudio.com").then_some(name)
}

/// The destination tenant: its GUID, or one of its verified domains; in lower case.
pub(super) fn tenant(text: &str) -> Result<String, Problem> {
    let text = text.trim();
    let advice = "write a verified domain of the tenant (contoso.onmicrosoft.com) or its GUID";
    if text.is_empty() {
        return Err(Problem::new("the tenant is empty", advice));
    }
    if let Ok(id) = Uuid::try_parse(text) {
        if id.is_nil() {
            return Err(Problem::new("a GUID of zeros is no tenant", advice));
        }
        return Ok(id.to_string());
    }
    let domain = text.to_ascii_lowercase();
    if matches!(domain.as_str(), "common" | "organizations" | "consumers") {
        let what = format!("{} is not one tenant but a sign-in for many", quoted(&domain));
        return Err(Problem::new(what, advice));
    }
    if let Some((_, after)) = domain.rsplit_once('@') {
        let what = "this is somebody's address, not a tenant";
        let advice =
            if is_domain(after) { format!("write the domain alone: {after}") } else { advice.into() };
        return Err(Problem::new(what, advice));
    }
    if !is_domain(&domain) {
        return Err(Problem::new(format!("{} is neither a domain nor a GUID", quoted(text)), advice));
    }
    Ok(domain)
}

fn is_domain(text: &str) -> bool {
    let label_fits = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 253 && text.contains('.') && text.split('.').all(label_fits)
}

/// A sign-in or mail address, as loosely as directories take them.
pub(super) fn address(text: &str) -> Result<String, Problem> {
    let text = text.trim();
    let fits = text.rsplit_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty())
        && !text.chars().any(|c| c.is_whitespace() || acts_on_terminals(c))
        && text.len() <= 320;
    if fits {
        Ok(text.to_owned())
    } else {
        Err(Problem::new(format!("{} is not an address", quoted(text)), "write it as somebody@fabrikam.com"))
    }
}

/// The id of an app registration.
pub(super) fn client_id(text: &str) -> Result<String, Problem> {
    match Uuid::try_parse(text.trim()) {
        Ok(id) if !id.is_nil() => Ok(id.to_string()),
        // Not quoted: the client secret stands beside the client id in the portal.
        _ => Err(Problem::new(
            "the id of an app registration is a GUID",
            "copy \"Application (client) ID\" from its overview page in the Entra admin center",
        )),
    }
}

/// The name of an environment variable. Never quoted back: people paste the token itself here.
pub(super) fn variable(text: &str) -> Result<String, Problem> {
    let advice =
        "write the variable's name (letters, digits, underscores) and put the secret into the variable";
    let mut bytes = text.bytes();
    let starts = bytes.next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_');
    if !starts || !bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        return Err(Problem::new("this is not the name of an environment variable", advice));
    }
    // Tokens of Azure DevOps are 52 or 84 letters and digits, which would do as a name.
    if text.len() >= 40 && !text.contains('_') {
        let what = "this looks like a token, not like the name of an environment variable";
        return Err(Problem::new(what, format!("renew the token, since it was in a file; then {advice}")));
    }
    Ok(text.to_owned())
}

/// A file or folder: absolute (what begins with `~/` was replaced before).
pub(super) fn path(text: &str) -> Result<PathBuf, Problem> {
    if text.chars().any(char::is_control) {
        return Err(Problem::new("a path cannot contain control characters", "take them out"));
    }
    let path = Path::new(text);
    if !path.is_absolute() {
        let what = format!("{} is not an absolute path", quoted(text));
        return Err(Problem::new(what, "begin it with / or ~/"));
    }
    Ok(path.to_owned())
}

/// A command: a program and its arguments, run without a shell.
pub(super) fn command(words: Vec<String>) -> Result<CommandLine, Problem> {
    if let Some(index) = words.iter().position(|word| word.contains('\0')) {
        return Err(Problem::new("an argument cannot contain a NUL character", "take it out").in_item(index));
    }
    CommandLine::new(words).ok_or_else(|| {
        let advice =
            "write the program and its arguments, each as a text of its own: [\"pass\", \"show\", \"ado\"]";
        Problem::new("a command needs a program", advice)
    })
}

fn quoted_char(c: char) -> String {
    quoted(c.encode_utf8(&mut [0; 4]))
}
