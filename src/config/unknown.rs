//! What to say about a key or a section that does not exist.

use super::error::{Problem, quoted};
use super::schema::{KEYS, KEYS_SECTION, SECTIONS};
use super::suggest::nearest;

/// Names under which people write secrets into files.
const SECRETS: &[&str] = &[
    "access_token",
    "accesstoken",
    "api_key",
    "apikey",
    "bearer",
    "client_secret",
    "clientsecret",
    "passwd",
    "password",
    "pat",
    "personal_access_token",
    "refresh_token",
    "secret",
    "token",
];

/// A key (or, as a table, a section) that is not in the table of keys.
pub(super) fn key(section: &str, name: &str, is_table: bool) -> Problem {
    let lower = name.to_lowercase().replace('-', "_");
    if !is_table && SECRETS.contains(&lower.as_str()) {
        return looks_like_a_secret(name);
    }
    if is_table {
        return unknown_section(section, name);
    }
    let in_section =
        if section.is_empty() { "outside of any section".to_owned() } else { format!("in [{section}]") };
    let what = format!("unknown key {} {in_section}", quoted(name));
    let elsewhere: Vec<String> =
        KEYS.iter().filter(|key| key.name == name).map(|key| format!("[{}]", key.section)).collect();
    if !elsewhere.is_empty() {
        return Problem::new(what, format!("it belongs in {}", elsewhere.join(" or ")));
    }
    let here = KEYS.iter().filter(|key| key.section == section).map(|key| key.name);
    if let Some(meant) = nearest(name, here.clone()) {
        return Problem::new(what, format!("did you mean \"{meant}\"?"));
    }
    let meant = nearest(name, KEYS.iter().map(|key| key.name));
    if let Some(key) = meant.and_then(|meant| KEYS.iter().find(|key| key.name == meant)) {
        return Problem::new(what, format!("did you mean \"{}\" in [{}]?", key.name, key.section));
    }
    if !is_table && ["secret", "token", "passw", "bearer"].iter().any(|part| lower.contains(part)) {
        return looks_like_a_secret(name);
    }
    let here: Vec<&str> = here.collect();
    let advice = if here.is_empty() {
        format!("every key stands in a section: {}", sections())
    } else {
        format!("the keys of this section: {}", here.join(", "))
    };
    Problem::new(what, advice)
}

fn looks_like_a_secret(name: &str) -> Problem {
    Problem::new(
        format!("{} looks like a secret, and secrets never go into this file", quoted(name)),
        "take it out, renew it, and name the environment variable that holds it (env = \"…\") or a command that \
         prints it (command = [\"…\"])",
    )
}

fn unknown_section(section: &str, name: &str) -> Problem {
    let dotted = if section.is_empty() { name.to_owned() } else { format!("{section}.{name}") };
    let what = format!("unknown section {}", quoted(&dotted));
    let last_parts = SECTIONS.iter().filter_map(|known| {
        let last = known.rsplit('.').next()?;
        (last != *known).then_some((last, *known))
    });
    let meant = nearest(&dotted, SECTIONS.iter().copied()).or_else(|| {
        let last = nearest(name, last_parts.clone().map(|(last, _)| last))?;
        last_parts.clone().find(|(part, _)| *part == last).map(|(_, known)| known)
    });
    match meant {
        Some(meant) => Problem::new(what, format!("did you mean [{meant}]?")),
        None => Problem::new(what, format!("the sections: {}", sections())),
    }
}

/// A value, or a list of tables, where a section should be.
pub(super) fn not_a_section(dotted: &str) -> Problem {
    let advice = match KEYS.iter().find(|key| key.section == dotted) {
        Some(key) => format!("write [{dotted}] on a line of its own, and below it {} = …", key.name),
        None if dotted == KEYS_SECTION => {
            "write [keys] on a line of its own, and below it ACTION = [\"KEY\"]".to_owned()
        }
        None => format!("the sections: {}", sections()),
    };
    Problem::new(format!("\"{dotted}\" is a section, not a key"), advice)
}

fn sections() -> String {
    SECTIONS.iter().map(|section| format!("[{section}]")).collect::<Vec<_>>().join(", ")
}
