//! The names that people give: organization, tenant, addresses, environment variables, files, commands. Each
//! check returns the normalised value, or what is wrong with it.

use std::path::{Path, PathBuf};

use uuid::Uuid;

use super::credentials::CommandLine;
use super::error::{Problem, acts_on_terminals, quoted, quoted_if_short};
use super::suggest::nearest;
use crate::domain::signin::{GRAPH_PERMISSIONS, graph_permission};

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
        return Err(Problem::new(
            format!("{} is neither a domain nor a GUID", quoted_if_short(text)),
            advice,
        ));
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
        Err(Problem::new(
            format!("{} is not an address", quoted_if_short(text)),
            "write it as somebody@fabrikam.com",
        ))
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

/// A permission for Microsoft Graph that this program has a use for, in Microsoft's spelling.
pub(super) fn permission(text: &str) -> Result<String, Problem> {
    if let Some(known) = graph_permission(text.trim()) {
        return Ok(known.name.to_owned());
    }
    let names: Vec<&str> = GRAPH_PERMISSIONS.iter().map(|permission| permission.name).collect();
    let advice = match nearest(text, names.iter().copied()) {
        Some(name) => format!("did you mean \"{name}\"?"),
        None => format!("allowed: {}", names.join(", ")),
    };
    Err(Problem::new(
        format!("{} is no permission that this program has a use for", quoted_if_short(text)),
        advice,
    ))
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
        let what = format!("{} is not an absolute path", quoted_if_short(text));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_organization_is_a_name_or_its_address() {
        for given in [
            "fabrikam",
            " fabrikam ",
            "https://dev.azure.com/fabrikam",
            "https://dev.azure.com/fabrikam/",
            "dev.azure.com/fabrikam/Project/_settings?x=1",
            "https://fabrikam.visualstudio.com",
            "https://fabrikam.VisualStudio.com/DefaultCollection",
        ] {
            assert_eq!(organization(given).unwrap(), "fabrikam", "{given}");
        }
        assert_eq!(organization(&"a".repeat(50)).unwrap().len(), 50);
        let too_long = "a".repeat(51);
        for given in [
            "",
            "https://dev.azure.com/",
            "https://dev.azure.com",
            "-fabrikam",
            "fabrikam-",
            "fabri kam",
            "fabrikam.com",
            "https://fabrikam.com/x",
            "..",
            "fabrikäm",
            "fab\u{202e}rikam",
            &too_long,
        ] {
            assert!(organization(given).is_err(), "{given}");
        }
    }

    #[test]
    fn the_tenant_is_a_domain_or_a_guid() {
        let guid = "11111111-2222-3333-4444-55555555aaaa";
        assert_eq!(tenant("Contoso.OnMicrosoft.com").unwrap(), "contoso.onmicrosoft.com");
        assert_eq!(tenant(&guid.to_uppercase()).unwrap(), guid);
        assert_eq!(tenant(&format!("{{{guid}}}")).unwrap(), guid);
        for given in [
            "",
            "contoso",
            "common",
            "organizations",
            "00000000-0000-0000-0000-000000000000",
            "admin@contoso.com",
            "https://contoso.com",
            "contoso..com",
            "-contoso.com",
            "contöso.com",
            "contoso.com/x",
        ] {
            assert!(tenant(given).is_err(), "{given}");
        }
        assert_eq!(tenant("admin@contoso.com").unwrap_err().advice, "write the domain alone: contoso.com");
    }

    #[test]
    fn a_token_in_the_place_of_a_variable_is_refused_and_not_repeated() {
        assert_eq!(variable("AZURE_DEVOPS_EXT_PAT").unwrap(), "AZURE_DEVOPS_EXT_PAT");
        assert!(variable("_x1").is_ok());
        let old_token = "a".repeat(52);
        let new_token = "aB3".repeat(28);
        for given in ["", "1PAT", "MY-PAT", "MY PAT", "$PAT", "eyJ0.eyJh.c2ln", &old_token, &new_token] {
            let problem = variable(given).unwrap_err();
            let text = format!("{} {}", problem.what, problem.advice);
            assert!(given.len() < 4 || !text.contains(given), "{text}");
        }
    }

    #[test]
    fn paths_and_commands() {
        assert!(path("/var/lib/ado2entra").is_ok());
        for given in ["", "x", "./x", "/x\0", "/x\n"] {
            assert!(path(given).is_err(), "{given:?}");
        }
        let words = |words: &[&str]| command(words.iter().map(|&word| word.to_owned()).collect());
        assert_eq!(words(&["pass", "show", ""]).unwrap().arguments(), ["show", ""]);
        assert!(words(&[]).is_err());
        assert!(words(&[" "]).is_err());
        assert_eq!(words(&["a", "b\0"]).unwrap_err().item, Some(1));
        let debug = format!("{:?}", words(&["echo", "hunter2"]).unwrap());
        assert!(!debug.contains("hunter2"), "{debug}");
    }

    #[test]
    fn only_permissions_with_a_use_are_asked_for() {
        assert_eq!(permission("user.invite.all").unwrap(), "User.Invite.All");
        let problem = permission("User.Invite").unwrap_err();
        assert!(problem.advice.contains("User.Invite.All"), "{}", problem.advice);
        assert!(permission("Mail.Read").is_err());
    }

    #[test]
    fn addresses_are_taken_loosely() {
        assert_eq!(address(" anna@fabrikam.com ").unwrap(), "anna@fabrikam.com");
        for given in ["", "anna", "@fabrikam.com", "anna@", "an na@fabrikam.com", "anna@fab\u{200b}rikam.com"]
        {
            assert!(address(given).is_err(), "{given:?}");
        }
    }
}
