//! Who is signed in where, and which account must be used in the browser. Before the switch these are usually two accounts: the
//! Microsoft account behind the access token, and the work account that reads the tenant.

use jiff::civil::date;
use jiff::tz::TimeZone;
use ratatui::style::Style;

use crate::domain::connection::Goal;
use crate::domain::plan::{Decision, RowState, address};
use crate::domain::signin::AccountKind;
use crate::domain::text::clean;
use crate::domain::{ConnectionState, Phase};
use crate::tui::app::App;
use crate::tui::widgets::pen::width;

/// The account behind the Azure DevOps credential, by its address where it has one.
fn in_azure_devops(app: &App) -> Option<String> {
    let operator = app.model.facts.operator.get()?;
    let account = operator.account.as_deref().filter(|account| !account.is_empty());
    Some(clean(account.unwrap_or(&operator.display_name)).into_owned())
}

/// The account that reads the tenant.
fn in_tenant(app: &App) -> Option<String> {
    let facts = &app.model.facts;
    if let Some(me) = facts.me.get() {
        return Some(clean(me.user_principal_name()).into_owned()).filter(|name| !name.is_empty());
    }
    let granted = facts.granted.get()?;
    match (granted.kind, &granted.account) {
        (AccountKind::Application, Some(name)) => Some(format!("the application {}", clean(name))),
        (AccountKind::Application, None) => Some("an application".to_owned()),
        (_, account) => account.as_deref().map(|account| clean(account).into_owned()),
    }
}

/// By which way Azure DevOps is signed in to just now.
fn way(app: &App) -> &str {
    let model = &app.model;
    let connected = model.analysis.as_ref().is_some_and(|it| it.state == ConnectionState::Connected);
    match model.facts.after_connect.get() {
        Some(trial) if connected => &trial.way,
        _ => &model.context.azure_devops_way,
    }
}

/// Whether Azure DevOps refuses the credential in use.
fn is_refused(app: &App) -> bool {
    let problem = app.model.facts.operator.problem.as_deref();
    problem.is_some_and(crate::domain::connection::lockout::locks_out)
}

/// The lines about the accounts, for the tab, where each line has so much room.
pub fn lines(app: &App, room: usize) -> Vec<(&'static str, String, Style)> {
    let theme = &app.look.theme;
    let model = &app.model;
    if model.context.offline.is_some() {
        return Vec::new();
    }
    let mut out = Vec::new();
    let (azure, tenant) = (in_azure_devops(app), in_tenant(app));
    let (refused, unread) = (is_refused(app), "not known yet".to_owned());
    let first = match (&azure, refused) {
        (Some(account), true) => format!("Azure DevOps: no longer as {account}"),
        (None, true) => "Azure DevOps: nobody".to_owned(),
        (account, false) => {
            format!("Azure DevOps: {} by {}", account.as_ref().unwrap_or(&unread), clean(way(app)))
        }
    };
    let second = match (&azure, &tenant) {
        _ if model.facts.me.problem.is_some() && tenant.is_none() => "nobody".to_owned(),
        (Some(one), Some(other)) if address::same(one, other) => {
            format!("the same by {}", clean(&model.context.entra_way))
        }
        (_, account) => {
            format!("{} by {}", account.as_ref().unwrap_or(&unread), clean(&model.context.entra_way))
        }
    };
    let style = if refused { theme.bad } else { theme.text };
    let text = format!("{first} {} tenant: {second}", app.look.glyphs.middot);
    if width(&text) <= room {
        out.push(("signed in", text, style));
    } else {
        out.push(("signed in", first, style));
        out.push(("", format!("tenant: {second}"), theme.text));
    }
    if let Some(text) = browser(app, azure.as_deref(), tenant.as_deref()) {
        out.push(("in the browser", text, theme.text));
    }
    if let Some(text) = own_token(app) {
        out.push(("access token", text, theme.caution));
    }
    out
}

/// Each permission that the sign-in to the tenant lacks, with what it would unlock: all of them where there is room, else those
/// without which the plan does not work.
pub fn missing(app: &App, all: bool) -> Vec<(&'static str, String, Style)> {
    let theme = &app.look.theme;
    let Some(granted) = app.model.facts.granted.get() else { return Vec::new() };
    let invites = app
        .model
        .plan
        .rows
        .values()
        .any(|row| matches!(row.decision, Decision::Invite { .. }) && row.state != RowState::Verified);
    let mut name = "missing";
    let lines = granted.missing().unwrap_or_default().into_iter().filter_map(|permission| {
        let needed = permission.essential || (invites && permission.name == "User.Invite.All");
        if !needed && !all {
            return None;
        }
        let weight = if needed { "needed to" } else { "would be needed to" };
        let text = format!("{}: {weight} {}", permission.name, permission.unlocks);
        Some((std::mem::take(&mut name), text, if needed { theme.bad } else { theme.dim }))
    });
    lines.collect()
}

/// Which of two accounts must be used in the browser; nothing where there is only one.
fn browser(app: &App, azure: Option<&str>, tenant: Option<&str>) -> Option<String> {
    let analysis = app.model.analysis.as_ref()?;
    let two = azure.zip(tenant).is_some_and(|(one, other)| !address::same(one, other));
    let before = analysis.phase <= Phase::Connect;
    match analysis.goal {
        Goal::Disconnect if before => Some(format!("press Disconnect as {}", azure?)),
        Goal::Disconnect => Some("sign in with the owner's Microsoft account".to_owned()),
        _ if !two => None,
        _ if before => Some(format!("press Connect as {}, not as {}", azure?, tenant?)),
        _ => Some(format!("sign in as {}, in a private window", tenant?)),
    }
}

/// The access token in use may be for all organizations: those end.
fn own_token(app: &App) -> Option<String> {
    let own = app.model.facts.own_tokens.get().filter(|own| own.global_tokens > 0)?;
    let which = if own.global_tokens == own.access_tokens { "is" } else { "may be" };
    let end = date(2026, 12, 1);
    let today = TimeZone::UTC.to_datetime(app.now()).date();
    let then = match today.until(end).map(|span| span.get_days()) {
        Ok(days) if days > 0 => format!("global tokens end on 2026-12-01, in {days} d"),
        _ => "global tokens ended on 2026-12-01".to_owned(),
    };
    Some(format!("{which} for all organizations; {then}: make one for this organization only"))
}

/// Who is signed in, for the line that every tab shows; as short as `room` asks for, nothing where not even that fits.
pub fn brief(app: &App, room: usize) -> Option<String> {
    if app.model.context.offline.is_some() {
        return None;
    }
    let azure = in_azure_devops(app).filter(|_| !is_refused(app));
    let tenant = in_tenant(app);
    let long = match (&azure, &tenant) {
        (None, None) => return None,
        (Some(one), Some(other)) if address::same(one, other) => format!("as {one}"),
        // Not read yet is not nobody.
        (Some(one), None) if app.model.facts.me.problem.is_none() => format!("as {one}"),
        (one, other) => {
            let nobody = || "nobody".to_owned();
            format!(
                "Azure DevOps as {}, tenant as {}",
                one.clone().unwrap_or_else(nobody),
                other.clone().unwrap_or_else(nobody)
            )
        }
    };
    let short = azure.map_or_else(|| "Azure DevOps as nobody".to_owned(), |account| format!("as {account}"));
    [long, short].into_iter().find(|text| width(text) <= room)
}
