use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::config::{Glyphs, Goal, Links, Route, Theme, parse};

fn read(text: &str) -> Config {
    parse(text, Path::new("written"), &|_| None).unwrap_or_else(|errors| panic!("{errors}\n{text}"))
}

fn chosen(organization: &str, tenant: &str) -> Config {
    let mut config = Config::default();
    give(&mut config, "organization.name", organization).unwrap();
    give(&mut config, "tenant.id", tenant).unwrap();
    config
}

#[test]
fn the_example_with_two_names_in_it() {
    let config = chosen("https://dev.azure.com/tailspin-toys/", "Tailspin.OnMicrosoft.com");
    let text = commented(&config);
    let expected = EXAMPLE
        .replace(
            "name = \"fabrikam\"                     # https://dev.azure.com/fabrikam",
            "name = \"tailspin-toys\"                # https://dev.azure.com/tailspin-toys",
        )
        .replace("id = \"contoso.onmicrosoft.com\"        #", "id = \"tailspin.onmicrosoft.com\"       #");
    assert!(text.ends_with(&expected), "{text}");
    assert_eq!(read(&text), config);
}

#[test]
fn what_the_chosen_way_does_not_use_is_commented_out() {
    let mut config = chosen("fabrikam", "contoso.com");
    give(&mut config, "credentials.azure_devops.kind", "command").unwrap();
    give(&mut config, "credentials.azure_devops.command", "pass show 'ado read'").unwrap();
    give(&mut config, "credentials.azure_devops.after_connect", "azure-cli").unwrap();
    let text = commented(&config);
    assert!(text.contains("\n# env = \"AZURE_DEVOPS_EXT_PAT\""), "{text}");
    assert!(
        text.contains("\ncommand = [\"pass\", \"show\", \"ado read\"] # command: prints the token"),
        "{text}"
    );
    assert_eq!(read(&text), config);
    assert_eq!(
        lines_to_add(&config),
        [
            "[organization]",
            "name = \"fabrikam\"",
            "",
            "[tenant]",
            "id = \"contoso.com\"",
            "",
            "[credentials.azure_devops]",
            "kind = \"command\"",
            "command = [\"pass\", \"show\", \"ado read\"]",
            "after_connect = \"azure-cli\"",
            "",
            "[credentials.entra]",
            "kind = \"azure-cli\"",
        ]
    );
    let mut again = Config::default();
    let added = format!("{}\n", lines_to_add(&config).join("\n"));
    again.clone_from(&read(&added));
    assert_eq!(again, config);
}

#[test]
fn commands_are_typed_as_in_a_shell() {
    for (typed, words) in [
        ("pass show ado", vec!["pass", "show", "ado"]),
        ("  'one word'  \"two \\\" words\" ", vec!["one word", "two \" words"]),
        ("a\\ b ''", vec!["a b", ""]),
        (
            "az account --resource=499b84ac-1321-427f-aa17-267ca6975798",
            vec!["az", "account", "--resource=499b84ac-1321-427f-aa17-267ca6975798"],
        ),
    ] {
        assert_eq!(command_words(typed).unwrap(), words, "{typed}");
        let command = CommandLine::new(command_words(typed).unwrap()).unwrap();
        assert_eq!(command_words(&typed_command(&command)).unwrap(), words, "{typed}");
    }
    for typed in ["", "'open", " \"\" "] {
        assert!(command_words(typed).is_err(), "{typed}");
    }
}

#[test]
fn a_token_is_not_taken_into_the_file_and_not_repeated() {
    let token = "a1".repeat(26);
    for typed in [
        format!("printf %s {token}"),
        format!("echo --token={token}"),
        "echo eyJ0eXAiOiJKV1QiLCJhbGci.e.s".to_owned(),
    ] {
        let mut config = chosen("fabrikam", "contoso.com");
        let error = give(&mut config, "credentials.entra.command", &typed).unwrap_err();
        assert!(
            !error.to_string().contains(&token) && error.to_string().contains("password store"),
            "{error}"
        );
        assert_eq!(config, chosen("fabrikam", "contoso.com"), "nothing changed");
    }
}

#[test]
fn every_comment_of_the_example_is_still_there() {
    let mut config = chosen("tailspin", "tailspin.example");
    give(&mut config, "credentials.azure_devops.kind", "azure-cli").unwrap();
    give(&mut config, "ui.theme", "mono").unwrap();
    let text = commented(&config);
    for line in EXAMPLE.lines() {
        if let Some((_, remark)) = line.split_once('#') {
            let remark = remark.replace("fabrikam", "tailspin");
            assert!(text.contains(remark.trim()) || text.contains(line.trim()), "{line}\nis not in\n{text}");
        }
    }
}

fn word() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9 \"'#\\\\äß=\\[\\]-]{1,12}"
}

fn command() -> impl Strategy<Value = Option<CommandLine>> {
    prop::option::of(("[a-z]{1,8}", prop::collection::vec(word(), 0..3)).prop_map(|(program, arguments)| {
        CommandLine::new(std::iter::once(program).chain(arguments).collect()).unwrap()
    }))
}

prop_compose! {
    fn any_config()(
        name in "[a-z0-9]{1,20}",
        tenant in "[a-z0-9]{1,10}\\.example",
        azure in prop::sample::select(AzureDevOpsKind::ALL),
        entra in prop::sample::select(EntraKind::ALL),
        after in prop::sample::select(AfterConnect::ALL),
        commands in (command(), command(), command()),
        variables in ("[A-Z]{3,9}", prop::option::of("[A-Z]{3,9}"), prop::option::of("[A-Z]{3,9}")),
        choices in (
            prop::sample::select(Goal::ALL),
            prop::sample::select(Route::ALL),
            prop::sample::select(Theme::ALL),
            prop::sample::select(Glyphs::ALL),
            any::<bool>(),
            prop::sample::select(Links::ALL),
        ),
        numbers in (0u64..=3000, 1u32..=3650, 1u32..=16, 0u32..=900),
        permissions in prop::collection::vec("User\\.Invite\\.All|Policy\\.Read\\.All", 0..2),
        owner in prop::option::of("[a-z]{1,5}@fabrikam\\.example"),
        protected in prop::collection::vec("[a-z]{1,5}@fabrikam\\.example", 0..3),
        directory in prop::option::of("/[a-z #\"]{1,12}"),
        keys in prop::collection::btree_map("[a-z-]{2,8}", prop::collection::vec("[A-Za-z/\"]", 0..3), 0..3),
    ) -> Config {
        let mut config = Config::default();
        config.organization.name = Some(name);
        config.organization.owner = owner;
        config.tenant.id = Some(tenant);
        config.connection.goal = choices.0;
        let pick = |wanted: bool, command: Option<CommandLine>| if wanted {
            command.or_else(|| CommandLine::new(vec!["printer".to_owned()]))
        } else {
            command
        };
        let credentials = &mut config.credentials;
        credentials.azure_devops.kind = azure;
        credentials.azure_devops.env = variables.0;
        credentials.azure_devops.command = pick(azure == AzureDevOpsKind::Command, commands.0);
        credentials.azure_devops.after_connect = after;
        credentials.azure_devops.after_command = pick(after == AfterConnect::Command, commands.1);
        credentials.entra.kind = entra;
        credentials.entra.client_id = (!matches!(entra, EntraKind::AzureCli | EntraKind::Command | EntraKind::Env))
            .then(|| "11111111-2222-3333-4444-555555555556".to_owned());
        credentials.entra.certificate_file = (entra == EntraKind::Certificate).then(|| "/c.pem".into());
        credentials.entra.assertion_env = (entra == EntraKind::Federated).then(|| "A".to_owned());
        credentials.entra.permissions = permissions;
        credentials.entra.command = pick(entra == EntraKind::Command, commands.2);
        credentials.entra.secret_env = variables.1.or((entra == EntraKind::ClientSecret).then(|| "S".to_owned()));
        credentials.entra.env = variables.2.or((entra == EntraKind::Env).then(|| "E".to_owned()));
        config.polling.tenant = (numbers.0 > 0).then(|| std::time::Duration::from_secs(numbers.0));
        config.review.inactive_after_days = numbers.1;
        config.review.protected = protected;
        config.apply.route = choices.1;
        config.apply.concurrency = numbers.2;
        config.apply.reread_after_minutes = numbers.3;
        config.ui.theme = choices.2;
        config.ui.glyphs = choices.3;
        config.ui.mouse = choices.4;
        config.ui.links = choices.5;
        config.state.directory = directory.map(Into::into);
        config.keys = keys;
        config
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_as_exactly_what_was_chosen(config in any_config()) {
        prop_assert_eq!(read(&commented(&config)), config);
    }
}
