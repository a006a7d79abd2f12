//! The first start: without a usable configuration the set-up screen opens.

use crate::pty::{Terminal, alone};

#[test]
fn without_a_usable_configuration_the_set_up_opens_and_the_dashboard_follows() {
    use ado2entra::simulator::{Options, start};
    let _alone = alone();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let simulator = runtime.block_on(start(Options::default())).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let whole = simulator.config_toml(&folder.path().join("state"));
    // Where the services are, and neither organization nor tenant.
    let (_, rest) = whole.split_once("[state]").unwrap();
    let path = folder.path().join("config.toml");
    std::fs::write(&path, format!("[state]{rest}")).unwrap();
    std::fs::write(folder.path().join("pat"), simulator.azure_devops_token()).unwrap();
    std::fs::write(folder.path().join("graph"), simulator.graph_token()).unwrap();
    let command = vec![
        env!("CARGO_BIN_EXE_ado2entra").to_owned(),
        "--config".to_owned(),
        path.to_str().unwrap().to_owned(),
    ];
    let mut terminal = Terminal::start(&command, &[], true);
    terminal.wait_for("set-up");
    terminal.type_keys(&format!(
        "https://dev.azure.com/{}\t{}\t",
        simulator.organization(),
        simulator.tenant_domain()
    ));
    terminal.wait_for("backed by Microsoft accounts");
    terminal.wait_for("public cloud");
    terminal.wait_for("AZURE_DEVOPS_EXT_PAT is not set");
    // The last kind but none: a command. Then Graph by a command, too, and afterwards the same as before.
    let cat = |name: &str| format!("cat {}", folder.path().join(name).display());
    terminal.type_keys(&format!("\u{1b}[D\t{}\t", cat("pat")));
    terminal.wait_for("Niamh");
    terminal.type_keys(&format!("\u{1b}[D\u{1b}[D\t{}\t", cat("graph")));
    terminal.wait_for("Contoso, EU");
    terminal.resize(60, 15);
    terminal.resize(120, 30);
    terminal.type_keys("w");
    terminal.wait_for("never written over");
    terminal.type_keys("\r");
    terminal.wait_for("READY");
    terminal.type_keys("2");
    terminal.wait_for("sorted by name");
    terminal.quit();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), format!("[state]{rest}"), "the file is as it was");
    // Left without anything.
    let mut terminal = Terminal::start(&command, &[], true);
    terminal.wait_for("set-up");
    terminal.type_keys("\u{3}");
    assert_eq!(terminal.end(), 0);
    terminal.assert_whole();
    runtime.block_on(simulator.stop());
}
