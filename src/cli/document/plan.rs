//! `ado2entra.plan/1`: the plan with the columns of its CSV, as `plan show` prints it, as `plan export` writes it, and as
//! `plan import` reads it.

use serde::Serialize;
use serde::ser::{SerializeMap as _, Serializer};

use crate::domain::TenantId;
use crate::domain::plan::csv::{Column, PlanRecord};

/// The document.
#[derive(Debug, Serialize)]
pub struct PlanDocument<'a> {
    /// Name and version of the form of this document.
    schema: &'static str,
    /// The organization's name.
    organization: &'a str,
    /// The destination tenant.
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant_id: Option<TenantId>,
    /// One for each person, in the columns of the plan as CSV.
    rows: Vec<Row<'a>>,
}

#[derive(Debug)]
struct Row<'a>(&'a PlanRecord);

impl<'a> PlanDocument<'a> {
    /// These rows.
    pub fn new(organization: &'a str, tenant_id: Option<TenantId>, records: &'a [PlanRecord]) -> Self {
        Self { schema: "ado2entra.plan/1", organization, tenant_id, rows: records.iter().map(Row).collect() }
    }
}

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(Column::ALL.len()))?;
        for column in Column::ALL {
            let text = self.0.get(*column);
            match column {
                Column::NeedsALook => map.serialize_entry(column.name(), &(text == "true"))?,
                Column::Score => map.serialize_entry(column.name(), &text.parse::<f32>().ok())?,
                _ => map.serialize_entry(column.name(), &Some(text).filter(|text| !text.is_empty()))?,
            }
        }
        map.end()
    }
}
