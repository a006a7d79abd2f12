//! The state directory: who may write to it, what it lies on, how much room there is, and who else has it open.

use std::path::Path;

use crate::domain::doctor::{Area, Finding, Health};
use crate::domain::text::clean_to;
use crate::store::FileSystem;
use crate::store::inspect::{StateSeen, StoreSeen, inspect};

/// Below this much room a plan of some thousand people may not be kept any more, in bytes.
const LITTLE: u64 = 100 * 1024 * 1024;

/// What is found in the state directory.
pub(super) fn findings(directory: &Path, organization: Option<&str>) -> Vec<Finding> {
    let seen = inspect(directory, organization);
    let mut findings = vec![folder(directory, &seen), file_system(&seen)];
    findings.extend(seen.stores.iter().map(store));
    findings
}

fn folder(directory: &Path, seen: &StateSeen) -> Finding {
    let path = clean_to(&directory.display().to_string(), 300).into_owned();
    let finding = |verdict, said: String| Finding::new(Area::State, "directory", verdict, said);
    let finding = match &seen.usable {
        Ok(true) if seen.exists => finding(Health::Good, format!("{path}: yours, and nobody else can write to it")),
        Ok(true) => finding(Health::Good, format!("{path}: not there yet; it is made when it is needed")),
        Ok(false) => finding(Health::Bad, format!("{path}: this account cannot write to it"))
            .remedy("Deciding, ticking and applying need it. Mend its permissions, or name another one: [state] directory."),
        Err(error) => {
            let problem = error.problem();
            finding(Health::Bad, format!("{path}: {}", problem.said)).remedy(problem.remedy)
        }
    };
    finding.detail("path", path)
}

fn file_system(seen: &StateSeen) -> Finding {
    let room = seen.free.map(|bytes| format!("{} MiB free", bytes / (1024 * 1024)));
    let said = [Some(format!("file system: {}", seen.file_system.shown())), room].into_iter().flatten();
    let said = said.collect::<Vec<_>>().join(", ");
    let finding = |verdict| Finding::new(Area::State, "file system", verdict, said.clone());
    if seen.free.is_some_and(|free| free < LITTLE) {
        return finding(Health::Careful).remedy("Make room: a decision that cannot be written is refused.");
    }
    match seen.file_system {
        FileSystem::Local => finding(Health::Good),
        _ => finding(Health::Told).remedy(
            "Decisions are kept in the slower, safer way there. A local directory is better: [state] directory.",
        ),
    }
}

fn store(seen: &StoreSeen) -> Finding {
    let name = format!("store {}", seen.tenant);
    match &seen.held_by {
        None => {
            let said = format!("{} KiB, nobody else has it open", seen.bytes / 1024);
            Finding::new(Area::State, name, Health::Good, said)
        }
        Some(holder) => Finding::new(Area::State, name, Health::Told, format!("open: {holder}"))
            .remedy("Until that one ends, others can look and not decide or apply."),
    }
}
