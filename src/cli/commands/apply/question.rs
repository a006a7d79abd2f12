//! Before anything is sent: the counts, the order, the risks, and the organization's name.

use super::Scheduled;
use crate::cli::answer;
use crate::cli::args::ApplyArgs;
use crate::cli::exit::Failure;
use crate::cli::output::Output;
use crate::cli::text::{count, number, org_user, people};
use crate::domain::activity::usual_millis;
use crate::domain::schedule::Summary;
use crate::tasks::Model;

/// Returns the name as it was typed or given, or the refusal.
pub async fn confirmed(
    output: Output,
    model: &Model,
    scheduled: &Scheduled,
    args: &ApplyArgs,
) -> Result<String, Failure> {
    let organization = &model.context.organization;
    if let Some(name) = given(organization, args)? {
        return Ok(name);
    }
    if !output.can_ask {
        return Err(Failure::refused(format!(
            "nothing was sent: this needs the organization's name typed, and there is no terminal to ask on. \
             `--yes --confirm {organization}` answers it; --dry-run shows the calls"
        )));
    }
    output.say(&risks(model, scheduled, &scheduled.summary(model)));
    answer::typed_name(output, organization).await
}

/// The name as the options give it. `--yes` and `--confirm` belong together, and the name must be this one.
pub fn given(organization: &str, args: &ApplyArgs) -> Result<Option<String>, Failure> {
    match (&args.confirm, args.yes) {
        (None, false) => Ok(None),
        (Some(name), true) if name == organization => Ok(Some(name.clone())),
        (Some(name), true) => Err(Failure::refused(format!(
            "nothing was sent: --confirm says `{name}`, and the organization is `{organization}`"
        ))),
        (None, true) => Err(Failure::refused(format!(
            "nothing was sent: --yes needs the organization's name as well: --confirm {organization}"
        ))),
        (Some(_), false) => Err(Failure::refused("nothing was sent: --confirm needs --yes as well")),
    }
}

fn risks(model: &Model, scheduled: &Scheduled, summary: &Summary) -> String {
    let mut lines = Vec::new();
    let mut kinds = Vec::new();
    for (n, words) in [(summary.map, "mapped"), (summary.invite, "invited"), (summary.remove, "removed")] {
        if n > 0 {
            kinds.push(format!("{} to be {words}", people(n)));
        }
    }
    lines.push(if kinds.is_empty() {
        "Nothing is sent; what was sent before is read back.".to_owned()
    } else {
        format!("To be sent: {}.", kinds.join(", "))
    });
    if summary.verify > 0 {
        lines.push(format!("{} read back.", count(summary.verify, "row is", "rows are")));
    }
    if summary.skipped + summary.refused > 0 {
        lines.push(format!(
            "{} skipped, {} refused; --dry-run says why.",
            number(summary.skipped),
            number(summary.refused)
        ));
    }
    if let Some(canary) = scheduled.schedule.canary() {
        let who = scheduled.known.roster.get(&canary.storage_key);
        let who = who.map_or_else(|| canary.storage_key.to_string(), org_user);
        lines.push(format!("{who} goes first, alone; the others follow when that is verified."));
    }
    if summary.privileged > 0 {
        lines.push(format!("{} of them privileged: they go last, one by one.", people(summary.privileged)));
    }
    let millis = usual_millis(model.requests.iter());
    let minutes = (summary.roughly(millis, model.context.concurrency).as_secs() + 59) / 60;
    let locked = match summary.locked_out {
        Some(0) => "Nobody is locked out now".to_owned(),
        Some(out) => format!("{} locked out now", people(out)),
        None => "How many are locked out now is not known".to_owned(),
    };
    lines.push(format!("{locked}; roughly {minutes} min at the service's pace."));
    if summary.map > 0 && model.context.batch_route {
        lines.push("By the batch route (20 a call, undocumented): everybody is read back.".to_owned());
    }
    if summary.map > 0 {
        lines.push("A mapping cannot be undone by the service.".to_owned());
    }
    if summary.remove > 0 {
        lines.push("A removal takes the person's access away at once.".to_owned());
    }
    lines.push("Make sure that nobody else is mapping, in the portal or elsewhere.".to_owned());
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::exit::Exit;

    fn args(yes: bool, confirm: Option<&str>) -> ApplyArgs {
        ApplyArgs { yes, confirm: confirm.map(str::to_owned), ..ApplyArgs::default() }
    }

    #[test]
    fn only_the_exact_name_together_with_yes_confirms() {
        assert_eq!(given("fabrikam", &args(true, Some("fabrikam"))).unwrap().as_deref(), Some("fabrikam"));
        assert_eq!(given("fabrikam", &args(false, None)).unwrap(), None, "then somebody is asked");
        for wrong in [
            args(true, Some("Fabrikam")),
            args(true, Some("contoso")),
            args(true, None),
            args(false, Some("fabrikam")),
        ] {
            assert_eq!(given("fabrikam", &wrong).unwrap_err().exit, Exit::Refused, "{wrong:?}");
        }
    }
}
