//! What is wrong in a configuration file is said with its place, in words that help, and all of it at once.

use std::path::Path;

use ado2entra::config::{Config, ConfigErrors, parse};
use proptest::prelude::*;

fn read(text: &str) -> Result<Config, ConfigErrors> {
    parse(text, Path::new("config.toml"), &|_| None)
}

/// Each text has exactly these errors.
fn assert_errors(cases: &[(&str, &[&str])]) {
    for (text, expected) in cases {
        let errors = read(text).map_or_else(|errors| errors.to_string(), |_| String::new());
        let expected: Vec<String> = expected.iter().map(|line| format!("config.toml:{line}")).collect();
        assert_eq!(errors, expected.join("\n"), "for the text\n{text}");
    }
}

#[test]
fn unknown_keys_name_the_nearest_known_one() {
    assert_errors(&[
        (
            "[organization]\nnmae = \"fabrikam\"\n",
            &["2:1: unknown key \"nmae\" in [organization]; did you mean \"name\"?"],
        ),
        (
            "[credentials.azure_devops]\nafter-connect = \"same\"\n",
            &[
                "2:1: unknown key \"after-connect\" in [credentials.azure_devops]; did you mean \"after_connect\"?",
            ],
        ),
        ("[apply]\n  theme = \"dark\"\n", &["2:3: unknown key \"theme\" in [apply]; it belongs in [ui]"]),
        (
            "[credentials]\nkind = \"pat\"\n",
            &["2:1: unknown key \"kind\" in [credentials]; it belongs in [credentials.azure_devops] or \
               [credentials.entra]"],
        ),
        (
            "name = \"fabrikam\"\n",
            &["1:1: unknown key \"name\" outside of any section; it belongs in [organization]"],
        ),
        (
            "[polling]\nconcurency = 2\n",
            &["2:1: unknown key \"concurency\" in [polling]; did you mean \"concurrency\" in [apply]?"],
        ),
        (
            "[endpoints]\nentra = \"https://x\"\n",
            &["2:1: unknown key \"entra\" in [endpoints]; did you mean \"entra_login\"?"],
        ),
        (
            "[ui]\r\nfrobnicate = 1\r\n",
            &[
                "2:1: unknown key \"frobnicate\" in [ui]; the keys of this section: theme, glyphs, mouse, links",
            ],
        ),
        (
            "[ui]\n\"a\\u001b[31m\" = 2\n",
            &[
                "2:1: unknown key \"a\\u{1b}[31m\" in [ui]; the keys of this section: theme, glyphs, mouse, links",
            ],
        ),
    ]);
}

#[test]
fn unknown_sections_name_the_nearest_known_one() {
    assert_errors(&[
        (
            "[organisation]\nname = \"fabrikam\"\n",
            &["1:2: unknown section \"organisation\"; did you mean [organization]?"],
        ),
        (
            "[azure_devops]\nkind = \"pat\"\n",
            &["1:2: unknown section \"azure_devops\"; did you mean [credentials.azure_devops]?"],
        ),
        (
            "organization = \"fabrikam\"\n",
            &[
                "1:1: \"organization\" is a section, not a key; write [organization] on a line of its own, and below \
               it name = …",
            ],
        ),
        (
            "[[polling]]\ntenant = 3\n",
            &[
                "1:3: \"polling\" is a section, not a key; write [polling] on a line of its own, and below it \
               tenant = …",
            ],
        ),
        (
            "[frobnication]\n",
            &[
                "1:2: unknown section \"frobnication\"; the sections: [organization], [tenant], [connection], \
               [credentials.azure_devops], [credentials.entra], [polling], [review], [apply], [ui], [state], \
               [network], [endpoints], [keys]",
            ],
        ),
    ]);
}

#[test]
fn wrong_types_and_values_say_what_is_allowed() {
    assert_errors(&[
        (
            "[polling]\ntenant = \"20\"\nusers = 1.5\nhealth = -1\n",
            &[
                "2:10: polling.tenant cannot be a text; write a whole number of seconds, without quotes",
                "3:9: polling.users cannot be a number with a fraction; write a whole number of seconds, without \
                 quotes",
                "4:10: polling.health: -1 is out of range; write 1 to 86400 seconds, or 0 for never",
            ],
        ),
        (
            "[polling]\ntenant = 99999999999999999999999\n",
            &[
                "2:10: polling.tenant cannot be a number of this size; write a whole number of seconds, without \
               quotes",
            ],
        ),
        (
            "[apply]\nroute = \"peruser\"\nconcurrency = 0\nstop_after_failures = 4294967297\n",
            &[
                "2:9: apply.route: \"peruser\" is not a choice; did you mean \"per-user\"? Allowed: \"per-user\", \
                 \"batch\"",
                "3:15: apply.concurrency: 0 is out of range; write 1 to 16 calls at the same time",
                "4:23: apply.stop_after_failures: 4294967297 is out of range; write 1 to 100 failures in a row",
            ],
        ),
        (
            "[ui]\nmouse = \"yes\"\nglyphs = 3\ntheme = 1979-05-27\n",
            &[
                "2:9: ui.mouse cannot be a text; write true or false, without quotes",
                "3:10: ui.glyphs cannot be a number; write one of \"unicode\", \"ascii\"",
                "4:9: ui.theme cannot be a date or time; write one of \"auto\", \"dark\", \"light\", \"ansi\", \
                 \"mono\"",
            ],
        ),
        (
            "[review]\nprotected = [\"anna@fabrikam.com\",\n  \"ben\"]\n",
            &["3:3: review.protected: \"ben\" is not an address; write it as somebody@fabrikam.com"],
        ),
        (
            "[credentials.azure_devops]\ncommand = \"pass show ado\"\n[credentials.entra]\ncommand = [\"a\", 3]\n",
            &[
                "2:11: credentials.azure_devops.command cannot be a text; write a list of texts, the program and \
                 its arguments: [\"pass\", \"show\", \"ado\"]",
                "4:17: credentials.entra.command cannot be a list of anything but texts; write a list of texts, the \
                 program and its arguments: [\"pass\", \"show\", \"ado\"]",
            ],
        ),
        (
            "[organization]\nname = \"https://fabrikam.com/\"\n[tenant]\nid = \"admin@contoso.com\"\n",
            &[
                "2:8: organization.name: an organization's name has only letters, digits and hyphens, not \":\"; \
                 write the name as in https://dev.azure.com/NAME",
                "4:6: tenant.id: this is somebody's address, not a tenant; write the domain alone: contoso.com",
            ],
        ),
        (
            "[endpoints]\nmicrosoft_graph = \"http://graph.microsoft.com\"\n",
            &[
                "2:19: endpoints.microsoft_graph: http to graph.microsoft.com would send tokens unencrypted; use \
               https; http is only for 127.0.0.0/8, [::1] and localhost",
            ],
        ),
        (
            "[state]\ndirectory = \"state\"\n[network]\nca_file = \"~/ca.pem\"\n",
            &[
                "2:13: state.directory: \"state\" is not an absolute path; begin it with / or ~/",
                "4:11: network.ca_file: ~/ needs a home folder, and HOME is not set; set HOME, or write the path \
                 from / on",
            ],
        ),
        (
            "[keys]\naccept = \"a\"\nquit = [\"q\", 3]\n",
            &[
                "2:10: the keys of the action \"accept\" are a list of texts; write for example [\"a\", \"Ctrl-A\"]",
                "3:14: the keys of the action \"quit\" are a list of texts; write for example [\"a\", \"Ctrl-A\"]",
            ],
        ),
    ]);
}

#[test]
fn what_is_no_toml_is_said_once_and_nothing_is_guessed_from_it() {
    let fix = "correct this line: KEY = VALUE, texts in quotes";
    assert_errors(&[
        (
            "[organization]\nname = fabrikam\n[tenant]\nid = 7\n",
            &[
                "2:8: not valid TOML: a text without quotes; write it in quotes: KEY = \"…\"",
                "4:6: tenant.id cannot be a number; write a text in quotes",
            ],
        ),
        (
            "[organization]\nname = \"fabrikam\"\nname = \"contoso\"\n",
            &["3:1: not valid TOML: duplicate key; keep one of them"],
        ),
        (
            "[organization\nname = \"fabrikam\"\n[ui]\nmouse = 1\n",
            &[
                &format!("1:14: not valid TOML: unclosed table, expected `]`; {fix}"),
                "4:9: ui.mouse cannot be a number; write true or false, without quotes",
            ],
        ),
        (
            "[organization]\nname = \"\"\"fabrikam\n[tenant]\nid = \"x.y\"\n",
            &[&format!("5:1: not valid TOML: invalid multi-line basic string, expected `\"`; {fix}")],
        ),
        ("äöü", &[&format!("1:4: not valid TOML: key with no value, expected `=`; {fix}")]),
    ]);
}

#[test]
fn columns_count_characters_and_no_byte_order_mark() {
    assert_errors(&[
        (
            "\u{feff}[ui]\n# ok\nmouse = 1",
            &["3:9: ui.mouse cannot be a number; write true or false, without quotes"],
        ),
        (
            "review = { protected = [\"jörg@fabrikam.com\", \"ørjan\"] }",
            &["1:46: review.protected: \"ørjan\" is not an address; write it as somebody@fabrikam.com"],
        ),
        ("\u{feff}mouse = true", &["1:1: unknown key \"mouse\" outside of any section; it belongs in [ui]"]),
    ]);
}

#[test]
fn a_way_of_signing_in_needs_its_members() {
    assert_errors(&[
        (
            "[credentials.azure_devops]\nkind = \"command\"\nafter_connect = \"command\"\n",
            &[
                "2:8: credentials.azure_devops.kind = \"command\" needs command, which is not given; write command = \
                 [\"PROGRAM\", \"ARGUMENT\"] below [credentials.azure_devops]",
                "3:17: credentials.azure_devops.after_connect = \"command\" needs after_command, which is not given; \
                 write after_command = [\"PROGRAM\", \"ARGUMENT\"] below [credentials.azure_devops]",
            ],
        ),
        (
            "[credentials.entra]\nkind = \"client-secret\"\n",
            &[
                "2:8: credentials.entra.kind = \"client-secret\" needs client_id, which is not given; write client_id \
                 = \"the application (client) id of your app registration\" below [credentials.entra]",
                "2:8: credentials.entra.kind = \"client-secret\" needs secret_env, which is not given; write \
                 secret_env = \"NAME_OF_A_VARIABLE\" below [credentials.entra]",
            ],
        ),
        (
            "[credentials.entra]\nkind = \"device-code\"\n",
            &[
                "2:8: credentials.entra.kind = \"device-code\" needs client_id, which is not given; write client_id = \
               \"the application (client) id of your app registration\" below [credentials.entra]",
            ],
        ),
        (
            "[credentials.entra]\nkind = \"certificate\"\nclient_id = \"11111111-2222-3333-4444-555555555555\"\n",
            &[
                "2:8: credentials.entra.kind = \"certificate\" needs certificate_file, which is not given; write \
               certificate_file = \"/path/of/the/certificate.pem\" below [credentials.entra]",
            ],
        ),
        (
            "[credentials.entra]\nkind = \"federated\"\nclient_id = \"11111111-2222-3333-4444-555555555555\"\n",
            &["2:8: credentials.entra.kind = \"federated\" needs assertion_file, which is not given; write \
               assertion_file = \"/path/of/the/token\" (or assertion_env = \"NAME_OF_A_VARIABLE\") below \
               [credentials.entra]"],
        ),
        (
            "[credentials.entra]\nkind = \"device-code\"\nclient_id = \"11111111-2222-3333-4444-555555555555\"\n\
             permissions = [\"User.Invite.Al\"]\n",
            &[
                "4:16: credentials.entra.permissions: \"User.Invite.Al\" is no permission that this program has a use for; \
               did you mean \"User.Invite.All\"?",
            ],
        ),
        (
            "[credentials.entra]\nkind = \"env\"\n",
            &["2:8: credentials.entra.kind = \"env\" needs env, which is not given; write env = \
               \"NAME_OF_A_VARIABLE\" below [credentials.entra]"],
        ),
        (
            "[credentials.entra]\nkind = \"command\"\n",
            &[
                "2:8: credentials.entra.kind = \"command\" needs command, which is not given; write command = \
               [\"PROGRAM\", \"ARGUMENT\"] below [credentials.entra]",
            ],
        ),
        // What seems missing may be what was written wrongly: only that is said.
        (
            "[credentials.entra]\nkind = \"command\"\ncomand = [\"pass\"]\n",
            &["3:1: unknown key \"comand\" in [credentials.entra]; did you mean \"command\"?"],
        ),
    ]);
}

#[test]
fn secrets_in_the_file_are_refused_and_never_repeated() {
    let secret = "hunter2hunter2hunter2hunter2hunter2hunter2hunter2hun";
    for line in [
        "token = SECRET",
        "pat = SECRET",
        "secret = SECRET",
        "password = SECRET",
        "client-secret = SECRET",
        "Access_Token = SECRET",
        "my_token_value = SECRET",
    ] {
        for section in ["", "[credentials.azure_devops]\n", "[credentials.entra]\n", "[tenant]\n"] {
            let text = format!("{section}{}\n", line.replace("SECRET", &format!("\"{secret}\"")));
            let errors = read(&text).unwrap_err().to_string();
            assert!(errors.contains("secrets never go into this file"), "{text}{errors}");
            assert!(!errors.contains(secret), "{errors}");
        }
    }
    for line in [
        "[credentials.azure_devops]\nenv = \"SECRET\"",
        "[credentials.azure_devops]\nkind = \"SECRET\"",
        "[credentials.entra]\nsecret_env = \"SECRET\"",
        "[credentials.entra]\nclient_id = \"SECRET\"",
        "[credentials.entra]\nenv = SECRET",
        "[tenant]\nid = \"SECRET\"",
        "[endpoints]\nazure_devops = \"https://SECRET@dev.azure.com\"",
        "SECRET",
        "[credentials.azure_devops]\nSECRET",
    ] {
        let errors = read(&line.replace("SECRET", secret)).unwrap_err().to_string();
        assert!(!errors.contains("hunter2"), "{line}: {errors}");
    }
}

#[test]
fn a_file_of_another_kind_has_a_bounded_number_of_errors() {
    let errors = read(&"<p>Sign in to your account</p>\n".repeat(5_000)).unwrap_err();
    assert_eq!(errors.iter().count(), ConfigErrors::AT_MOST + 1);
    let last = errors.iter().last().map(ToString::to_string).unwrap_or_default();
    assert_eq!(last, "config.toml: and 4950 more errors; correct these first");
}

/// Texts that look like configuration, so that the reader gets past the first character.
fn nearly_configuration() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("[organization]".to_owned()),
        Just("[credentials.azure_devops]".to_owned()),
        Just("[[keys]]".to_owned()),
        Just("[keys.a.b.c.d]".to_owned()),
        Just("name = ".to_owned()),
        Just("kind = ".to_owned()),
        Just("command = [".to_owned()),
        Just("protected = ['''".to_owned()),
        Just("\"\"\"".to_owned()),
        Just("{ a = 1, ".to_owned()),
        Just("]".to_owned()),
        Just("\r".to_owned()),
        Just("\n".to_owned()),
        Just("\"ü\u{1f600}\"".to_owned()),
        Just("0x".to_owned()),
        Just("-1".to_owned()),
        Just("1e999".to_owned()),
        Just("\u{feff}".to_owned()),
        "\\PC{0,6}",
    ];
    proptest::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// Every error says what to do, and stands within the text.
fn assert_errors_within(text: &str) {
    let Err(errors) = read(text) else { return };
    assert!(errors.iter().count() > 0);
    let lines: Vec<&str> = text.strip_prefix('\u{feff}').unwrap_or(text).split('\n').collect();
    for error in &errors {
        assert!(!error.problem.is_empty() && !error.advice.is_empty());
        let shown = error.to_string();
        assert!(!shown.contains(char::is_control), "{shown:?}");
        let Some(position) = error.position() else {
            assert!(shown.contains("more errors"), "{shown}");
            continue;
        };
        let line = lines.get(position.line - 1).unwrap_or_else(|| panic!("{shown} in {text:?}"));
        assert!((1..=line.chars().count() + 1).contains(&position.column), "{shown} in {text:?}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read_without_panic(text in any::<String>()) {
        assert_errors_within(&text);
    }

    #[test]
    fn any_nearly_right_text_is_read_without_panic(text in nearly_configuration()) {
        assert_errors_within(&text);
    }

    #[test]
    fn the_example_with_any_change_is_read_without_panic(
        at in 0..4_000_usize, length in 0..40_usize, put in "\\PC{0,5}",
    ) {
        let text: Vec<char> = ado2entra::config::EXAMPLE.chars().collect();
        let at = at.min(text.len());
        let rest = text.iter().skip(at + length);
        let changed: String = text.iter().take(at).copied().chain(put.chars()).chain(rest.copied()).collect();
        assert_errors_within(&changed);
    }
}
