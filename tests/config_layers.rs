//! Where the configuration is found, how its layers come together, and that every value knows its origin. The
//! environment is a list here; the one of the process is never read or changed.

#![expect(clippy::unwrap_used, reason = "a test fails by panic")]

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::Duration;

use ado2entra::config::{
    AfterConnect, AzureDevOpsWay, Checked, Config, ConfigErrors, EXAMPLE, EntraWay, FoundBy, KeyVocabulary,
    Loaded, Origin, Overrides, Severity, Theme, check_command_trust, known_keys, load, locate, parse,
};
use tempfile::TempDir;

/// A home folder of its own, with what is in it and in the environment.
struct World {
    home: TempDir,
    environment: Vec<(&'static str, String)>,
    overrides: Overrides,
}

impl World {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let environment = vec![("HOME", home.path().display().to_string())];
        Self { home, environment, overrides: Overrides::default() }
    }

    fn with_config(text: &str) -> Self {
        let world = Self::new();
        world.write(".config/ado2entra/config.toml", text);
        world
    }

    fn set(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.environment.retain(|(other, _)| *other != name);
        self.environment.push((name, value.into()));
        self
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        for private in [path.parent().unwrap(), &path] {
            let mode = if private == path { 0o600 } else { 0o700 };
            fs::set_permissions(private, fs::Permissions::from_mode(mode)).unwrap();
        }
        path
    }

    fn get(&self, name: &str) -> Option<String> {
        self.environment.iter().find(|(other, _)| *other == name).map(|(_, value)| value.clone())
    }

    fn load(&self, explicit: Option<&Path>) -> Result<Loaded, ConfigErrors> {
        load(explicit, &self.overrides, &|name| self.get(name))
    }

    fn located(&self, explicit: Option<&Path>) -> Option<(PathBuf, FoundBy)> {
        locate(explicit, &|name| self.get(name)).map(|location| (location.path, location.found_by))
    }

    /// The errors, with the home folder named HOME.
    fn errors(&self, explicit: Option<&Path>) -> String {
        let errors = self.load(explicit).unwrap_err().to_string();
        errors.replace(&self.home.path().display().to_string(), "HOME")
    }
}

const DEFAULT_PLACE: &str = ".config/ado2entra/config.toml";

#[test]
fn without_a_file_the_defaults_hold() {
    let loaded = World::new().load(None).unwrap();
    assert_eq!(loaded.config, Config::default());
    assert_eq!(loaded.path, None);
    assert!(loaded.location.unwrap().path.ends_with(DEFAULT_PLACE));
    assert!(loaded.warnings.is_empty());
}

#[test]
fn each_layer_wins_over_the_one_below_and_leaves_its_name() {
    let mut world = World::with_config(
        "[organization]\nname = \"from-file\"\n\n[tenant]\nid = \"file.example.com\"\n[polling]\nusers = 0\n",
    );
    let file = world.path(DEFAULT_PLACE).display().to_string();
    let origin = |world: &World, key| world.load(None).unwrap().origins.of(key).to_string();
    let name = |world: &World| world.load(None).unwrap().config.organization.name.unwrap();

    assert_eq!(name(&world), "from-file");
    assert_eq!(origin(&world, "organization.name"), format!("{file}:2"));
    assert_eq!(origin(&world, "polling.users"), format!("{file}:7"));
    assert_eq!(origin(&world, "polling.tenant"), "default");
    assert_eq!(world.load(None).unwrap().config.polling.users, None);
    assert_eq!(world.load(None).unwrap().config.polling.tenant, Some(Duration::from_secs(20)));

    world = world.set("ADO2ENTRA_ORGANIZATION", "https://dev.azure.com/from-env").set("ADO2ENTRA_TENANT", "");
    assert_eq!(name(&world), "from-env");
    assert_eq!(origin(&world, "organization.name"), "environment variable ADO2ENTRA_ORGANIZATION");
    assert_eq!(origin(&world, "tenant.id"), format!("{file}:5"), "an empty variable counts as not set");

    world.overrides.organization = Some("from-flag".to_owned());
    assert_eq!(name(&world), "from-flag");
    assert_eq!(origin(&world, "organization.name"), "flag --organization");
    let config = world.load(None).unwrap().config;
    let target = config.require_target().unwrap();
    assert_eq!((target.organization, target.tenant), ("from-flag", "file.example.com"));
}

#[test]
fn an_error_in_a_lower_layer_is_not_hidden_by_a_higher_one() {
    let mut world = World::with_config("[tenant]\nid = \"x\"\n").set("ADO2ENTRA_TENANT", "y");
    world.overrides.tenant = Some("z".to_owned());
    let advice = "write a verified domain of the tenant (contoso.onmicrosoft.com) or its GUID";
    assert_eq!(
        world.errors(None),
        format!(
            "HOME/.config/ado2entra/config.toml:2:6: tenant.id: \"x\" is neither a domain nor a GUID; {advice}\n\
             environment variable ADO2ENTRA_TENANT: \"y\" is neither a domain nor a GUID; {advice}\n\
             --tenant: \"z\" is neither a domain nor a GUID; {advice}"
        )
    );
}

#[test]
fn the_file_is_found_by_flag_then_variable_then_xdg_then_home() {
    let world = World::new().set("XDG_CONFIG_HOME", "/xdg").set("ADO2ENTRA_CONFIG", "named.toml");
    assert_eq!(world.located(Some(Path::new("flag.toml"))), Some(("flag.toml".into(), FoundBy::Flag)));
    assert_eq!(world.located(None), Some(("named.toml".into(), FoundBy::Variable)));
    let world = world.set("ADO2ENTRA_CONFIG", "");
    assert_eq!(world.located(None), Some(("/xdg/ado2entra/config.toml".into(), FoundBy::Default)));
    for ignored in ["", "relative/folder"] {
        let world = World::new().set("XDG_CONFIG_HOME", ignored);
        assert_eq!(world.located(None), Some((world.path(DEFAULT_PLACE), FoundBy::Default)));
    }
    assert_eq!(World::new().set("HOME", "").located(None), None);
    assert!(World::new().set("HOME", "").load(None).is_ok());
}

#[test]
fn a_file_that_is_named_must_be_there() {
    let world = World::new();
    let missing = world.path("missing.toml");
    assert_eq!(world.errors(Some(&missing)), "HOME/missing.toml: there is no such file; correct --config");
    let world = world.set("ADO2ENTRA_CONFIG", missing.display().to_string());
    assert_eq!(
        world.errors(None),
        "HOME/missing.toml: there is no such file; correct ADO2ENTRA_CONFIG, or unset it"
    );
    let folder = world.home.path().to_owned();
    assert!(world.errors(Some(&folder)).starts_with("HOME: cannot be read: "));
}

#[test]
fn a_link_at_the_default_place_that_leads_nowhere_is_an_error() {
    let world = World::with_config("");
    let path = world.path(DEFAULT_PLACE);
    fs::remove_file(&path).unwrap();
    symlink("nowhere", &path).unwrap();
    assert!(world.errors(None).contains("there is no such file"));
}

#[test]
fn what_is_no_text_or_too_large_is_refused() {
    let world = World::new();
    let latin1 = world.write("latin1.toml", b"[ui]\nmouse = true # f\xfcr\n");
    assert_eq!(
        world.errors(Some(&latin1)),
        "HOME/latin1.toml:2:17: the file is not UTF-8 text (byte 0xfc); save it as UTF-8"
    );
    let large = world.write("large.toml", "#\n".repeat(200_000));
    assert_eq!(
        world.errors(Some(&large)),
        "HOME/large.toml: is larger than 256 KiB, so it is no configuration; correct --config"
    );
}

#[test]
fn what_is_missing_is_asked_for_only_when_needed() {
    let loaded = World::new().load(None).unwrap();
    let errors = loaded.config.require_target().unwrap_err().to_string();
    let lines: Vec<&str> = errors.lines().collect();
    assert_eq!(lines.len(), 2, "{errors}");
    for (line, words) in lines.iter().zip([
        ["no organization is given", "[organization]", "ADO2ENTRA_ORGANIZATION", "--organization"],
        ["no destination tenant is given", "[tenant]", "ADO2ENTRA_TENANT", "--tenant"],
    ]) {
        for word in words {
            assert!(line.contains(word), "{line}");
        }
    }
    let checked = Checked::new(&Ok(loaded), Ok(()));
    assert!(checked.is_valid());
    let severities: Vec<Severity> = checked.lines.iter().map(|line| line.severity).collect();
    assert_eq!(severities, [Severity::Good, Severity::NotUsableYet, Severity::NotUsableYet]);
}

#[test]
fn the_state_directory_is_configured_or_xdg_or_at_home() {
    let of = |world: &World| world.load(None).unwrap().config.state_directory(&|name| world.get(name));
    let world = World::with_config("[state]\ndirectory = \"~/decisions\"\n").set("XDG_STATE_HOME", "/xdg");
    assert_eq!(of(&world).unwrap(), world.path("decisions"));
    assert_eq!(of(&World::new().set("XDG_STATE_HOME", "/xdg")).unwrap(), Path::new("/xdg/ado2entra"));
    let world = World::new().set("XDG_STATE_HOME", "relative");
    assert_eq!(of(&world).unwrap(), world.path(".local/state/ado2entra"));
    assert!(of(&World::new().set("HOME", "relative")).is_err());
}

#[test]
fn commands_are_refused_where_others_could_have_written_them() {
    let text = "[credentials.entra]\nkind = \"command\"\ncommand = [\"pass\"]\n\
                [credentials.azure_devops]\nafter_connect = \"azure-cli\"\n";
    let world = World::new();
    let file = world.write("mine/config.toml", text);
    let folder = world.path("mine");
    assert!(world.load(Some(&file)).is_ok());

    let chmod = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    chmod(&file, 0o620);
    assert_eq!(
        world.errors(Some(&file)),
        "HOME/mine/config.toml: this file names commands to run, and HOME/mine/config.toml can be written by \
         others; look at the commands in it, then chmod go-w 'HOME/mine/config.toml'"
    );
    chmod(&file, 0o600);
    chmod(&folder, 0o707);
    assert!(world.errors(Some(&file)).contains("and HOME/mine can be written by others"));

    // A link into a safe folder does not make the folder of the link safe, nor the other way round.
    let safe = world.write("safe/config.toml", text);
    let link = folder.join("link.toml");
    symlink(&safe, &link).unwrap();
    assert!(check_command_trust(&safe).is_ok());
    assert!(world.errors(Some(&link)).contains("and HOME/mine can be written by others"));
    let link = world.path("safe/link.toml");
    symlink(&file, &link).unwrap();
    assert!(world.errors(Some(&link)).contains("and HOME/mine can be written by others"));

    // Without a command that would run, the file need not be trusted.
    fs::write(&file, "[credentials.entra]\ncommand = [\"pass\"]\n").unwrap();
    assert!(world.load(Some(&file)).is_ok());
}

#[test]
fn ways_of_signing_in_come_with_what_they_need() {
    let config = Config::default();
    let azure_devops = &config.credentials.azure_devops;
    assert_eq!(azure_devops.way(), Some(AzureDevOpsWay::Pat { env: "AZURE_DEVOPS_EXT_PAT" }));
    assert_eq!(azure_devops.way_after_connect(), Some(AzureDevOpsWay::Entra));
    assert_eq!(config.credentials.entra.way(), Some(EntraWay::AzureCli));

    let text = "[credentials.azure_devops]\nkind = \"azure-cli\"\nafter_connect = \"same\"\n\
                [credentials.entra]\nkind = \"client-secret\"\nsecret_env = \"SECRET_OF_APP\"\n\
                client_id = \"{11111111-2222-3333-4444-55555555AAAA}\"\n";
    let config = World::with_config(text).load(None).unwrap().config;
    assert_eq!(config.credentials.azure_devops.after_connect, AfterConnect::Same);
    assert_eq!(config.credentials.azure_devops.way_after_connect(), Some(AzureDevOpsWay::AzureCli));
    let expected = EntraWay::ClientSecret {
        client_id: "11111111-2222-3333-4444-55555555aaaa",
        secret_env: "SECRET_OF_APP",
    };
    assert_eq!(config.credentials.entra.way(), Some(expected));
}

#[test]
fn what_is_given_and_not_used_is_a_warning() {
    let world = World::with_config(
        "[credentials.azure_devops]\ncommand = [\"pass\"]\n[credentials.entra]\nkind = \"env\"\nenv = \"GRAPH\"\n",
    );
    let loaded = world.load(None).unwrap();
    let warnings: Vec<String> = loaded
        .warnings
        .iter()
        .map(|warning| warning.to_string().replace(&world.path(DEFAULT_PLACE).display().to_string(), "FILE"))
        .collect();
    assert_eq!(
        warnings,
        [
            "FILE:2:11: credentials.azure_devops.command is not used; it serves kind = \"command\"; change that or \
             take it out",
            "FILE:4:8: the token of credentials.entra.kind = \"env\" serves Microsoft Graph only, and \
             credentials.azure_devops.after_connect = \"entra\" needs it for Azure DevOps after the switch; choose \
             after_connect = \"azure-cli\", or \"command\" with after_command",
        ]
    );
    assert!(Checked::new(&Ok(loaded), Ok(())).is_valid());
}

#[test]
fn the_effective_values_show_their_origin_and_no_secret() {
    let world = World::with_config(
        "[credentials.azure_devops]\nkind = \"command\"\ncommand = [\"echo\", \"hunter2\"]\n[ui]\ntheme = \"mono\"\n\
         [keys]\naccept = [\"a\", \"Ctrl-A\"]\n",
    );
    let loaded = world.load(None).unwrap();
    assert!(!format!("{loaded:?}").contains("hunter2"));
    assert_eq!(loaded.config.ui.theme, Theme::Mono);
    let effective = loaded.effective();
    let row = |key: &str| effective.rows.iter().find(|row| row.key == key).unwrap();
    assert_eq!(
        row("credentials.azure_devops.command").value.as_deref(),
        Some("[\"echo\", (1 argument, not shown)]")
    );
    assert_eq!(row("ui.theme").value.as_deref(), Some("\"mono\""));
    assert_eq!(row("polling.tenant").value.as_deref(), Some("20"));
    assert_eq!(row("polling.tenant").origin, Origin::Default);
    assert_eq!(row("organization.name").value, None);
    assert_eq!(row("keys.accept").value.as_deref(), Some("[\"a\", \"Ctrl-A\"]"));
    assert!(row("keys.accept").origin.to_string().ends_with("config.toml:7"));
    for (section, name) in known_keys() {
        row(&format!("{section}.{name}"));
    }
}

#[test]
fn keys_are_checked_against_the_vocabulary_of_the_dashboard() {
    let world =
        World::with_config("[keys]\nacept = [\"a\"]\nquit = [\"q\", \"Strg-Q\"]\nmapping.search = [\"f\"]\n");
    let loaded = world.load(None).unwrap();
    let check_key = |key: &str| {
        if key.starts_with("Strg") { Err("write Ctrl-Q".to_owned()) } else { Ok(()) }
    };
    let vocabulary = KeyVocabulary { actions: &["accept", "quit", "mapping.search"], check_key: &check_key };
    let file = world.path(DEFAULT_PLACE).display().to_string();
    let errors = loaded.check_keys(&vocabulary).unwrap_err();
    assert_eq!(
        errors.to_string().replace(&file, "FILE"),
        "FILE:2:1: unknown action \"acept\" in [keys]; did you mean \"accept\"?\n\
         FILE:3:14: \"Strg-Q\" is not a key; write Ctrl-Q"
    );
    let conflict = loaded.key_error("mapping.search", "f", "\"f\" has two actions", "choose another key");
    assert_eq!(
        conflict.to_string().replace(&file, "FILE"),
        "FILE:4:19: \"f\" has two actions; choose another key"
    );
    let checked = Checked::new(&Ok(loaded), Err(errors));
    assert!(!checked.is_valid());
}

/// The example with the lines of its two values that have no default taken out.
fn example_without_target() -> String {
    let is_target = |line: &&str| line.starts_with("name = ") || line.starts_with("id = ");
    assert_eq!(EXAMPLE.lines().filter(is_target).count(), 2);
    EXAMPLE.lines().filter(|line| !is_target(line)).collect::<Vec<_>>().join("\n")
}

/// The key in a line such as `# owner = "…"`, and the line without its comment sign.
fn commented_key(line: &str) -> Option<(&str, &str)> {
    let whole = line.strip_prefix("# ")?;
    let (name, _) = whole.split_once(" = ")?;
    name.chars().all(|c| c.is_ascii_lowercase() || c == '_').then_some((name, whole))
}

#[test]
fn the_example_equals_the_defaults_but_for_the_target() {
    let example = parse(EXAMPLE, Path::new("config.example.toml"), &|_| None).unwrap();
    let target = example.require_target().unwrap();
    assert_eq!((target.organization, target.tenant), ("fabrikam", "contoso.onmicrosoft.com"));
    let rest = parse(&example_without_target(), Path::new("config.example.toml"), &|_| None).unwrap();
    assert_eq!(rest, Config::default());
}

#[test]
fn the_example_gives_every_key_that_has_a_default_and_shows_the_others_as_comments() {
    let world = World::with_config(EXAMPLE);
    let loaded = world.load(None).unwrap();
    let mut section = "";
    let mut commented = Vec::new();
    for line in EXAMPLE.lines() {
        if let Some(header) = line.strip_prefix('[') {
            section = header.split(']').next().unwrap();
        }
        commented.extend(commented_key(line).map(|(name, _)| format!("{section}.{name}")));
    }
    for (section, name) in known_keys() {
        let key = format!("{section}.{name}");
        let given = *loaded.origins.of(&key) != Origin::Default;
        assert_ne!(given, commented.contains(&key), "{key} must be in the example, once");
    }
    assert_eq!(
        commented.len(),
        known_keys().filter(|(s, n)| commented.contains(&format!("{s}.{n}"))).count()
    );
}

#[test]
fn the_commented_keys_of_the_example_are_right_when_they_are_used() {
    let uncommented = EXAMPLE.lines().map(|line| commented_key(line).map_or(line, |(_, whole)| whole));
    let uncommented = uncommented.collect::<Vec<_>>().join("\n");
    let home = |name: &str| (name == "HOME").then(|| "/home/anna".to_owned());
    let config = parse(&uncommented, Path::new("config.example.toml"), &home).unwrap();
    assert_eq!(config.state.directory.as_deref(), Some(Path::new("/home/anna/.local/state/ado2entra")));
    assert!(config.credentials.entra.client_id.is_some() && config.organization.owner.is_some());
}
