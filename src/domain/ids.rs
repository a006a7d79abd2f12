//! The identifiers that this program trusts. Keys and ids identify; addresses and names are only evidence.
//!
//! A descriptor or an origin id is *not* an identity: both change when an organization is connected (REST reference,
//! "Graph" overview). That is why every join and every decision holds a [`StorageKey`] or an [`ObjectId`].

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The storage key of an org user: the `id` of the user entitlement. A GUID at the service, `row:N` for a row of a portal
/// export that has none.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StorageKey(Arc<str>);

/// The graph descriptor of a subject, `<type>.<base64url>`. Good for one call, never for storage.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Descriptor(Arc<str>);

macro_rules! text_id {
    ($name:ident) => {
        impl $name {
            /// Takes the text as the service gave it; GUIDs are compared in lower case.
            pub fn new(text: &str) -> Self {
                let trimmed = text.trim();
                match Uuid::try_parse(trimmed) {
                    Ok(guid) => Self(guid.hyphenated().to_string().into()),
                    Err(_) => Self(trimmed.into()),
                }
            }

            /// The identifier as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}
text_id!(StorageKey);
text_id!(Descriptor);

impl StorageKey {
    /// Whether this key came from the service. A key made from a row number cannot be planned with.
    pub fn is_from_service(&self) -> bool {
        !self.0.starts_with("row:")
    }
}

impl Descriptor {
    /// The subject type before the dot: `aad`, `msa`, `bnd`, `svc`, …
    pub fn subject_type(&self) -> &str {
        self.0.split_once('.').map_or("", |(kind, _)| kind)
    }
}

/// The object id of a tenant user.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ObjectId(Uuid);

/// The id of an Entra tenant.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TenantId(Uuid);

/// The text was not a GUID, or was the zero GUID, which stands for "none".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an id: a GUID other than zero is needed")]
pub struct NotAnId(pub String);

macro_rules! guid_id {
    ($name:ident) => {
        impl $name {
            /// The GUID.
            pub fn as_uuid(self) -> Uuid {
                self.0
            }

            /// From a GUID; the zero GUID is no id.
            pub fn from_uuid(guid: Uuid) -> Option<Self> {
                (!guid.is_nil()).then_some(Self(guid))
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;
            fn from_str(text: &str) -> Result<Self, NotAnId> {
                Uuid::try_parse(text.trim())
                    .ok()
                    .and_then(Self::from_uuid)
                    .ok_or_else(|| NotAnId(text.to_owned()))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }
    };
}
guid_id!(ObjectId);
guid_id!(TenantId);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guid_is_compared_without_case() {
        assert_eq!(
            StorageKey::new(" 5BE4BE9E-0000-4000-8000-000000000001"),
            StorageKey::new("5be4be9e-0000-4000-8000-000000000001")
        );
    }

    #[test]
    fn the_zero_guid_is_no_object_id() {
        assert!("00000000-0000-0000-0000-000000000000".parse::<ObjectId>().is_err());
        assert!("hello".parse::<ObjectId>().is_err());
    }

    #[test]
    fn a_row_number_is_not_from_the_service() {
        assert!(!StorageKey::new("row:3").is_from_service());
        assert_eq!(Descriptor::new("msa.ABC").subject_type(), "msa");
        assert_eq!(Descriptor::new("odd").subject_type(), "");
    }
}
