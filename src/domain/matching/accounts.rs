//! What kind of account an address belongs to: a person's, a shared mailbox, a machine's, a second one for administration.

use super::fold;
use crate::domain::people::{OrgUser, TenantUser};

/// Kinds of account that are no person's first one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountKind {
    /// A person's, as far as one can see.
    Person,
    /// `info@`, `devops@`, …: a mailbox that several people read.
    Shared,
    /// `svc-build@`, `jenkins@`, …: a machine's.
    Service,
    /// `adm-jane@`: a person's second account, for administration.
    Administration,
}

/// Words that name a task, not a person, in the languages of companies that are met most.
#[rustfmt::skip]
const SHARED: [&str; 163] = [
    // English
    "accounting", "accounts", "admin", "administrator", "admins", "alerts", "ask", "billing",
    "build", "builds", "careers", "ci", "customerservice", "dev", "developer", "developers",
    "development", "devops", "enquiries", "facilities", "feedback", "finance", "frontdesk", "hello",
    "helpdesk", "hr", "info", "invoice", "invoices", "itsupport", "jobs", "legal", "mail",
    "mailbox", "mailroom", "marketing", "newsletter", "noreply", "notifications", "office",
    "operations", "ops", "orders", "payroll", "postmaster", "press", "privacy", "procurement",
    "project", "projects", "purchasing", "qa", "reception", "recruiting", "reservations", "root",
    "sales", "security", "service", "servicedesk", "shared", "support", "team", "webmaster",
    // German
    "bestellung", "bewerbung", "buchhaltung", "buero", "buro", "einkauf", "empfang", "hotline",
    "infos", "it", "kontakt", "kundendienst", "kundenservice", "personal", "personalabteilung",
    "poststelle", "rechnung", "rechnungen", "rechnungseingang", "sekretariat", "technik",
    "vertrieb", "verwaltung", "zentrale",
    // French
    "accueil", "achats", "commercial", "comptabilite", "contact", "courrier", "direction",
    "facturation", "informatique", "rh", "secretariat", "ventes",
    // Spanish, Portuguese
    "administracion", "atendimento", "compras", "contabilidad", "contacto", "contato",
    "facturacion", "faturamento", "financeiro", "informacion", "pedidos", "recepcion", "rrhh",
    "soporte", "suporte", "vendas", "ventas",
    // Italian
    "acquisti", "amministrazione", "assistenza", "contabilita", "fatture", "ordini", "segreteria",
    "ufficio", "vendite",
    // Dutch
    "administratie", "boekhouding", "facturen", "inkoop", "klantenservice", "receptie", "verkoop",
    // Nordic
    "asiakaspalvelu", "ekonomi", "faktura", "forsaljning", "kundeservice", "kundtjanst", "myynti",
    "regnskab", "salg",
    // Polish, Czech
    "biuro", "fakturace", "faktury", "kadry", "ksiegowosc", "obchod", "podpora", "sprzedaz",
    "zamowienia",
    // Turkish
    "bilgi", "destek", "iletisim", "muhasebe", "satis",
    // Russian, Japanese
    "buhgalteria", "eigyou", "jinji", "keiri", "otdel", "soumu", "zakaz",
];

/// Words that name a machine.
#[rustfmt::skip]
const SERVICE: [&str; 49] = [
    "agent", "ansible", "automation", "azdo", "azuredevops", "backup", "bot", "buildagent", "cron",
    "daemon", "deploy", "deployment", "dienstkonto", "functional", "gitlab", "grafana",
    "integration", "jenkins", "jira", "ldap", "monitoring", "nagios", "octopus", "pipeline",
    "pipelines", "puppet", "robot", "runner", "sa", "scan", "scanner", "scheduler", "service",
    "serviceaccount", "sonar", "sonarqube", "splunk", "srv", "svc", "sync", "system", "teamcity",
    "technical", "terraform", "tfs", "veeam", "webhook", "worker", "zabbix",
];

/// How second accounts for administration begin, whatever divides.
const ADMINISTRATION: [&str; 3] = ["adm", "admin", "sadm"];

/// Beginnings that only a hyphen makes a second account of: `a.smith` is how many companies write Anna Smith, and `da.silva`
/// is a name.
const ADMINISTRATION_WITH_HYPHEN: [&str; 5] = ["a", "da", "ea", "priv", "t0"];

/// The pieces of a local part: `svc-build_01` gives `svc`, `build`.
fn pieces(local: &str) -> Vec<String> {
    let bare = local.split('+').next().unwrap_or_default();
    bare.split(['-', '_', '.', ' '])
        .map(|piece| piece.trim_matches(|c: char| c.is_ascii_digit()).to_lowercase())
        .filter(|piece| !piece.is_empty())
        .collect()
}

/// What the local part of an address says; a name beside it may say otherwise.
fn kind_of_local(local: &str) -> AccountKind {
    let pieces = pieces(local);
    let joined = pieces.concat();
    let known = |list: &[&str], piece: &String| list.contains(&piece.as_str());
    if pieces.is_empty() {
        return AccountKind::Person;
    }
    if known(&SHARED, &joined) || pieces.iter().all(|piece| known(&SHARED, piece)) {
        return AccountKind::Shared;
    }
    if pieces.first().is_some_and(|first| known(&SERVICE, first))
        || pieces.iter().all(|piece| known(&SERVICE, piece) || known(&SHARED, piece))
    {
        return AccountKind::Service;
    }
    AccountKind::Person
}

/// Whether a local part begins or ends as second accounts do, with the login of somebody beside it.
fn is_administration_login(local: &str) -> bool {
    let lower = local.to_lowercase();
    let Some(at) = lower.find(['-', '_', '.']) else { return false };
    let (first, rest) = lower.split_at(at);
    let begins = ADMINISTRATION.contains(&first)
        || rest.starts_with('-') && ADMINISTRATION_WITH_HYPHEN.contains(&first);
    let letters = |text: &str| text.chars().filter(|c| c.is_alphabetic()).count() >= 3;
    // or ends so: `jane.doe.admin`, `jdoe-adm`
    let ends = lower.rsplit_once(['-', '_', '.']).is_some_and(|(before, last)| {
        ADMINISTRATION.contains(&last.trim_end_matches(|c: char| c.is_ascii_digit())) && letters(before)
    });
    // a login may be a number or short: `adm-12345`, `adm-u9`
    let count = |is: fn(char) -> bool| rest.chars().filter(|c| is(*c)).count();
    let (all, digits) = (count(char::is_alphanumeric), count(|c| c.is_ascii_digit()));
    let numbered = ADMINISTRATION.contains(&first) && (digits >= 4 || all > digits && all >= 2);
    begins && (letters(rest) || numbered) || ends
}

/// What kind of account a tenant user is.
pub fn of_tenant_user(user: &TenantUser) -> AccountKind {
    let address = user.decoded_guest_address();
    let upn = address.as_deref().unwrap_or(user.user_principal_name());
    let local = fold::local_part(upn.trim());
    let named = has_person_name(user);
    match kind_of_local(local) {
        // somebody may be called Dev or Ops: a given name and a surname make a person of the account
        kind @ (AccountKind::Shared | AccountKind::Service) if !named => kind,
        _ if is_administration_login(local) || display_says_administration(user.display_name()) => {
            AccountKind::Administration
        }
        _ if !named && display_says_shared(user.display_name()) => AccountKind::Shared,
        _ => AccountKind::Person,
    }
}

/// What kind of account an org user signs in with.
pub fn of_org_user(user: &OrgUser) -> AccountKind {
    let local = fold::local_part(user.principal_name.trim());
    match kind_of_local(local) {
        AccountKind::Person if is_administration_login(local) => AccountKind::Administration,
        kind => kind,
    }
}

fn has_person_name(user: &TenantUser) -> bool {
    let filled = |field: Option<&str>| field.is_some_and(|text| text.chars().any(char::is_alphabetic));
    filled(user.given_name()) && filled(user.surname())
}

fn display_says_administration(display: &str) -> bool {
    let lower = display.to_lowercase();
    lower.contains("(admin")
        || lower.contains("(adm)")
        || lower.starts_with("adm ")
        || lower.starts_with("admin ")
        || lower.ends_with(" admin")
        || lower.ends_with(" adm")
        || lower.contains("[admin")
}

fn display_says_shared(display: &str) -> bool {
    let words = fold::words(display);
    words.iter().any(|word| {
        matches!(
            word.as_str(),
            "mailbox" | "postfach" | "shared" | "team" | "noreply" | "helpdesk" | "servicedesk"
        )
    }) || (!words.is_empty() && words.iter().all(|word| SHARED.contains(&word.as_str())))
}

/// Whether a name is that of a task or a machine rather than a person's: `DevOps Team`, `svc-build`.
pub fn is_task_name(display: &str) -> bool {
    display_says_shared(display) || kind_of_local(&fold::words(display).join("-")) != AccountKind::Person
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_parts_tell_tasks_and_machines_from_people() {
        for (local, kind) in [
            ("info", AccountKind::Shared),
            ("DevOps", AccountKind::Shared),
            ("it-support", AccountKind::Shared),
            ("no-reply", AccountKind::Shared),
            ("Buchhaltung", AccountKind::Shared),
            ("comptabilite", AccountKind::Shared),
            ("soporte", AccountKind::Shared),
            ("biuro", AccountKind::Shared),
            ("it-einkauf", AccountKind::Shared),
            ("svc-build", AccountKind::Service),
            ("svc_backup01", AccountKind::Service),
            ("jenkins", AccountKind::Service),
            ("sonar-scan", AccountKind::Service),
            ("jane.doe", AccountKind::Person),
            ("itzhak", AccountKind::Person),
            ("hrvoje", AccountKind::Person),
            ("", AccountKind::Person),
        ] {
            assert_eq!(kind_of_local(local), kind, "{local}");
        }
    }

    #[test]
    fn second_accounts_are_recognised_without_taking_first_ones() {
        for local in [
            "adm-jane.doe",
            "a-jdoe",
            "admin.jane",
            "adm_jdoe",
            "jane.doe.admin",
            "jdoe-adm",
            "jdoe_admin2",
            "adm-u12345",
        ] {
            assert!(is_administration_login(local), "{local}");
        }
        for local in
            ["a.smith", "adam-smith", "jane.doe", "admiral", "da.silva", "j.adm", "it-admin", "admin-1"]
        {
            assert!(!is_administration_login(local), "{local}");
        }
    }
}
