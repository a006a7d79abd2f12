//! What is remembered until the next start: tab, filters, sort, person, prerequisite. Kept as JSON; anything unreadable is
//! ignored. Kept when the program is left, and when it is ended from outside (hang-up, a signal).

use serde_json::{Value, json};

use crate::domain::{CheckId, StorageKey};

use super::app::{App, Tab};
use super::people::{PeopleList, SortBy};

/// The session as JSON.
pub fn write(app: &App) -> String {
    json!({
        "tab": app.tab.title(),
        "prerequisites": {
            "filter": app.prerequisites.filter(),
            "check": app.prerequisites.chosen().map(CheckId::name),
            "details": app.prerequisites.details,
        },
        "users": list(&app.users.list),
        "users_details": app.users.details,
        "mapping": list(&app.mapping.list),
    })
    .to_string()
}

/// Takes a session up again.
pub fn restore(app: &mut App, session: &str) {
    let Ok(value) = serde_json::from_str::<Value>(session) else { return };
    if let Some(tab) = value
        .get("tab")
        .and_then(Value::as_str)
        .and_then(|name| Tab::ALL.into_iter().find(|tab| tab.title() == name))
    {
        app.tab = tab;
    }
    if let Some(saved) = value.get("prerequisites") {
        let text = |name: &str| saved.get(name).and_then(Value::as_str);
        if let Some(filter) = text("filter") {
            app.prerequisites.set_filter(filter);
        }
        if let Some(check) = text("check").and_then(CheckId::parse) {
            app.prerequisites.expect(check);
        }
        app.prerequisites.details = saved.get("details").and_then(Value::as_bool).unwrap_or(false);
    }
    if let Some(details) = value.get("users_details").and_then(Value::as_bool) {
        app.users.details = details;
    }
    if let Some(saved) = value.get("users") {
        take(&mut app.users.list, saved);
    }
    if let Some(saved) = value.get("mapping") {
        take(&mut app.mapping.list, saved);
    }
}

fn list(list: &PeopleList) -> Value {
    let (by, reversed) = list.sort();
    json!({
        "filter": list.filter().text(),
        "sort": by.name(),
        "reversed": reversed,
        "person": list.selected().map(StorageKey::as_str),
    })
}

fn take(list: &mut PeopleList, value: &Value) {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    if let Some(filter) = text("filter") {
        list.set_filter(filter);
    }
    if let Some(by) = text("sort").and_then(SortBy::parse) {
        list.set_sort(by, value.get("reversed").and_then(Value::as_bool).unwrap_or(false));
    }
    if let Some(person) = text("person") {
        list.expect(StorageKey::new(person));
    }
}
