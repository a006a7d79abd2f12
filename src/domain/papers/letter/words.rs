//! The words of a line about a token or key, in each language that there are letters in.

use crate::domain::comparison::follow_up::{Item, Standing, day};
use crate::domain::facts::{Workload, WorkloadKind};
use crate::domain::papers::announce::Language;
use crate::domain::text::clean;

/// Everything that a line may say. What begins with a comma goes on after the kind and the name.
struct Words {
    access_token: &'static str,
    ssh_key: &'static str,
    full_access: &'static str,
    ended: &'static str,
    ends_soon: &'static str,
    good_until: &'static str,
    all_organizations: &'static str,
    still: &'static str,
    gone: &'static str,
    not_read_since: &'static str,
    made_since: &'static str,
    add_again: &'static str,
    one_organization: &'static str,
    make_anew: &'static str,
    connection: &'static str,
    pool: &'static str,
    not_good: &'static str,
    try_connection: &'static str,
    see_agents: &'static str,
}

const ENGLISH: Words = Words {
    access_token: "access token",
    ssh_key: "SSH key",
    full_access: ", full access",
    ended: ", ended on ",
    ends_soon: ", ends soon, on ",
    good_until: ", good until ",
    all_organizations: ", for all organizations",
    still: ", there before the switch and still there",
    gone: ", there before the switch and gone since",
    not_read_since: ", there before the switch",
    made_since: ", made since the switch: nothing to do",
    add_again: ": add the public key again",
    one_organization: ": make a new one for this organization only",
    make_anew: ": make a new one, and put it where the old one is used",
    connection: "service connection",
    pool: "agent pool",
    not_good: ", stands still",
    try_connection: ": run one pipeline that uses it; where it fails, sign in again in the connection or give it a new token",
    see_agents: ": see that its agents are online; register again what was registered with your token",
};

const GERMAN: Words = Words {
    access_token: "Zugriffstoken",
    ssh_key: "SSH-Schlüssel",
    full_access: ", Vollzugriff",
    ended: ", abgelaufen am ",
    ends_soon: ", läuft bald ab, am ",
    good_until: ", gültig bis ",
    all_organizations: ", für alle Organisationen",
    still: ", vor der Umstellung vorhanden und noch da",
    gone: ", vor der Umstellung vorhanden und seitdem weg",
    not_read_since: ", vor der Umstellung vorhanden",
    made_since: ", seit der Umstellung angelegt: nichts zu tun",
    add_again: ": hinterlegen Sie den öffentlichen Schlüssel wieder",
    one_organization: ": legen Sie ein neues nur für diese Organisation an",
    make_anew: ": legen Sie ein neues an und tragen Sie es dort ein, wo das alte verwendet wird",
    connection: "Dienstverbindung",
    pool: "Agentpool",
    not_good: ", steht still",
    try_connection: ": starten Sie eine Pipeline, die sie verwendet; schlägt sie fehl, melden Sie sich in der Verbindung neu an oder \
                     hinterlegen Sie ein neues Token",
    see_agents: ": sehen Sie nach, ob die Agents online sind; was mit Ihrem Token registriert wurde, registrieren Sie neu",
};

fn of(language: Language) -> &'static Words {
    match language {
        Language::English => &ENGLISH,
        Language::German => &GERMAN,
    }
}

/// Everything about a token or key in one line, and what to do about it.
pub(super) fn line(item: &Item, language: Language) -> String {
    let words = of(language);
    let note = &item.note;
    let mut line = if note.ssh { words.ssh_key } else { words.access_token }.to_owned();
    if let Some(name) = note.name.as_deref().filter(|name| !name.trim().is_empty()) {
        line.push_str(" \"");
        line.push_str(&clean(name));
        line.push('"');
    }
    match note.scope.as_deref() {
        Some("app_token") if !note.ssh => line.push_str(words.full_access),
        Some(scope) if !note.ssh => {
            line.push_str(", ");
            line.push_str(&clean(scope));
        }
        _ => {}
    }
    if let Some(until) = note.valid_to {
        line.push_str(match item.days_left {
            Some(days) if days < 0 => words.ended,
            _ if item.ends_soon() => words.ends_soon,
            _ => words.good_until,
        });
        line.push_str(&day(until));
    }
    if note.global {
        line.push_str(words.all_organizations);
    }
    line.push_str(match item.standing {
        Standing::There => "",
        Standing::Still => words.still,
        Standing::Gone => words.gone,
        Standing::NotReadSince => words.not_read_since,
        Standing::MadeSince => words.made_since,
    });
    line.push_str(match (item.is_due(), note.ssh, note.global) {
        (false, ..) => "",
        (_, true, _) => words.add_again,
        (_, false, true) => words.one_organization,
        (_, false, false) => words.make_anew,
    });
    line
}

/// Everything about a service connection or an agent pool in one line, and what to do about it.
pub(super) fn workload(one: &Workload, language: Language) -> String {
    let words = of(language);
    let (kind, to_do) = match one.kind {
        WorkloadKind::ServiceConnection => (words.connection, words.try_connection),
        WorkloadKind::AgentPool => (words.pool, words.see_agents),
    };
    let about = one.about.as_deref().map(|about| format!(", {}", clean(about))).unwrap_or_default();
    let standing = if one.good == Some(false) { words.not_good } else { "" };
    format!("{kind} \"{}\"{about}{standing}{to_do}", clean(&one.name))
}
