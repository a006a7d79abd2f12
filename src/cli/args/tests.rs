use super::*;

#[test]
fn the_command_line_is_consistent() {
    command().debug_assert();
}

#[test]
fn the_contract_s_lines_are_understood() {
    for line in [
        "ado2entra",
        "ado2entra --read-only --snapshot a.json.zst",
        "ado2entra demo --scenario large --org-users 10 --tenant-users 20 --seed 3 --latency-ms 5 --fault throttle --fault reset",
        "ado2entra simulator --listen 127.0.0.1:0 --write-config c.toml --scenario ready",
        "ado2entra check --tokens --format json",
        "ado2entra check tick users-informed --note told",
        "ado2entra check untick users-informed",
        "ado2entra diff --org-users a.json --tenant-users b.csv --candidates 9 --tenant contoso.com",
        "ado2entra status --watch",
        "ado2entra snapshot take - --force",
        "ado2entra snapshot take a.json.zst --tokens",
        "ado2entra snapshot compare a.json.zst b.json --format csv",
        "ado2entra snapshot redact a.json.zst b.json.zst c.json d.json",
        "ado2entra check --tokens --follow-up letters.txt",
        "ado2entra check --after --before a.json.zst",
        "ado2entra plan show --config c.toml",
        "ado2entra plan accept-safe --yes",
        "ado2entra plan confirm 12 --note same",
        "ado2entra plan export x.csv --as entra-create",
        "ado2entra plan import x.csv --yes",
        "ado2entra plan pattern --format json",
        "ado2entra plan pattern use domain:fabrikam.com>contoso.com",
        "ado2entra plan pattern drop scheme:fabrikam.com:{g}{surname}>contoso.com",
        "ado2entra diff --use-pattern all --use-pattern domain:fabrikam.com>contoso.com",
        "ado2entra apply --dry-run",
        "ado2entra apply --verify",
        "ado2entra apply --yes --confirm fabrikam --only a --only b",
        "ado2entra config show --log-level debug --color never",
        "ado2entra announce before --when tonight --contact me --names --language de",
        "ado2entra announce after mail.html --template words.txt",
        "ado2entra announce before --print-template",
        "ado2entra support-package list.csv",
        "ado2entra report hand-over.html",
        "ado2entra completions bash",
        "ado2entra man",
    ] {
        assert!(Cli::try_parse_from(line.split(' ')).is_ok(), "{line}");
    }
    for line in [
        "ado2entra apply --dry-run --verify",
        "ado2entra diff --org-users a.json",
        "ado2entra check tick users-informed",
        "ado2entra demo --scenario nowhere",
        "ado2entra demo --fault nothing",
        "ado2entra config",
    ] {
        assert!(Cli::try_parse_from(line.split(' ')).is_err(), "{line}");
    }
}
