//! Users and groups of the organization's graph.

use serde::Deserialize;

use super::lenient::{Text, flag, origin_id};
use crate::domain::ids::Descriptor;
use crate::services::azure_devops::{GraphUser, Group};

/// A subject of the graph: a user or a group; every part may be missing.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Subject {
    #[serde(default)]
    pub descriptor: Text,
    #[serde(default)]
    pub display_name: Text,
    #[serde(default)]
    pub principal_name: Text,
    #[serde(default)]
    pub mail_address: Text,
    #[serde(default)]
    pub origin: Text,
    #[serde(default)]
    pub origin_id: Text,
    #[serde(default)]
    pub domain: Text,
    #[serde(default)]
    pub meta_type: Text,
    #[serde(default)]
    pub is_deleted_in_origin: Text,
}

/// Converts a user of the graph.
pub(crate) fn user(subject: Subject) -> Result<GraphUser, String> {
    Ok(GraphUser {
        descriptor: descriptor(&subject)?,
        deleted_in_origin: flag(&subject.is_deleted_in_origin) == Some(true),
        display_name: subject.display_name.or_empty().into(),
        principal_name: subject.principal_name.or_empty().into(),
        mail: subject.mail_address.into_string(),
        origin: subject.origin.or_empty().into(),
        origin_id: origin_id(subject.origin_id.as_deref()).map(str::to_owned),
        domain: subject.domain.into_string(),
        meta_type: subject.meta_type.into_string(),
    })
}

/// Converts a group of the graph.
pub(crate) fn group(subject: Subject) -> Result<Group, String> {
    Ok(Group {
        descriptor: descriptor(&subject)?,
        display_name: subject.display_name.or_empty().into(),
        principal_name: subject.principal_name.or_empty().into(),
        origin: subject.origin.or_empty().into(),
        origin_id: origin_id(subject.origin_id.as_deref()).map(str::to_owned),
        domain: subject.domain.into_string(),
    })
}

fn descriptor(subject: &Subject) -> Result<Descriptor, String> {
    let text = subject.descriptor.as_deref().ok_or("it has no `descriptor`")?;
    Ok(Descriptor::new(text))
}
