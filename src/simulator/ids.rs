//! Ids that follow from the seed: made-up, stable, and readable backwards.
//!
//! Half a million people are played without keeping an index of them: an id carries the number of what it names,
//! mixed beyond recognition, and [`Ids::number`] gets it back. Nothing outside the simulator may rely on that.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use uuid::Uuid;

/// What an id names. Ids of different kinds never meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Organization,
    Tenant,
    /// The `id` of a user entitlement.
    StorageKey,
    /// A storage key after `keys-change`; the generation is part of the kind.
    NewStorageKey,
    /// The GUID inside a descriptor, which is never the storage key.
    Subject,
    /// An object of the n-th tenant.
    Object(u8),
    /// A group object of the n-th tenant.
    DirectoryGroup(u8),
    GroupOrigin,
    GroupKey,
    Project,
    Authorization,
    Audit,
    Request,
}

impl Kind {
    fn code(self) -> u64 {
        match self {
            Self::Organization => 1,
            Self::Tenant => 2,
            Self::StorageKey => 3,
            Self::NewStorageKey => 4,
            Self::Subject => 5,
            Self::GroupOrigin => 6,
            Self::GroupKey => 7,
            Self::Project => 8,
            Self::Authorization => 9,
            Self::Audit => 10,
            Self::Request => 11,
            Self::Object(tenant) => 256 + u64::from(tenant),
            Self::DirectoryGroup(tenant) => 512 + u64::from(tenant),
        }
    }

    /// The version digit: published storage keys have 6, descriptors 7, everything else 4.
    fn version(self) -> u64 {
        match self {
            Self::StorageKey | Self::NewStorageKey => 6,
            Self::Subject => 7,
            _ => 4,
        }
    }
}

const ODD: u32 = 0x9E37_79B1;
/// The inverse of [`ODD`] modulo 2^32; a test multiplies them.
const ODD_BACK: u32 = inverse(ODD);

/// The inverse of an odd number modulo 2^32, by Newton's iteration.
const fn inverse(odd: u32) -> u32 {
    let mut x = odd;
    let mut round = 0;
    while round < 5 {
        x = x.wrapping_mul(2u32.wrapping_sub(odd.wrapping_mul(x)));
        round += 1;
    }
    x
}

/// The source of all ids of one simulation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ids {
    seed: u64,
}

impl Ids {
    pub fn new(seed: u64) -> Self {
        Self { seed }
    }

    pub fn make(self, kind: Kind, number: u32) -> Uuid {
        let high = mix(self.seed ^ mix(kind.code()) ^ u64::from(number));
        let high = (high & !0xF000) | (kind.version() << 12);
        let middle = mix(high ^ 0xA5A5) & 0x3FFF_FFFF;
        let low = (0b10 << 62) | (middle << 32) | u64::from(self.hide(kind, number));
        Uuid::from_u64_pair(high, low)
    }

    /// The number in an id that [`Ids::make`] made of this kind.
    pub fn number(self, kind: Kind, id: Uuid) -> Option<u32> {
        let (_, low) = id.as_u64_pair();
        let number = self.show(kind, (low & 0xFFFF_FFFF) as u32);
        (self.make(kind, number) == id).then_some(number)
    }

    /// A pseudo-random number that belongs to a kind and a number, for choices that must be stable.
    pub fn pick(self, kind: Kind, number: u32) -> u64 {
        mix(self.seed ^ mix(kind.code() ^ 0x5EED) ^ mix(u64::from(number)))
    }

    fn key(self, kind: Kind) -> u32 {
        (mix(self.seed ^ kind.code().rotate_left(17)) >> 32) as u32
    }

    fn hide(self, kind: Kind, number: u32) -> u32 {
        let x = (number ^ self.key(kind)).wrapping_mul(ODD);
        x ^ (x >> 16)
    }

    fn show(self, kind: Kind, hidden: u32) -> u32 {
        (hidden ^ (hidden >> 16)).wrapping_mul(ODD_BACK) ^ self.key(kind)
    }
}

/// The subject GUID of a tenant object inside an `aad` descriptor: it follows from the object, as a descriptor of
/// the real service does after a mapping.
pub(super) fn subject_of_object(object: Uuid) -> Uuid {
    let (high, low) = object.as_u64_pair();
    let high = (mix(high ^ low) & !0xF000) | (7 << 12);
    Uuid::from_u64_pair(high, (mix(low ^ high) & (u64::MAX >> 2)) | (0b10 << 62))
}

/// `prefix.` and the unpadded base64url of the text.
pub(super) fn descriptor(prefix: &str, text: &str) -> String {
    format!("{prefix}.{}", URL_SAFE_NO_PAD.encode(text))
}

/// What is inside a descriptor.
pub(super) fn decode_descriptor(descriptor: &str) -> Option<String> {
    let (_, encoded) = descriptor.split_once('.')?;
    String::from_utf8(URL_SAFE_NO_PAD.decode(encoded).ok()?).ok()
}

/// One round of splitmix64.
pub(super) fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_readable_backwards_and_only_as_their_own_kind() {
        let ids = Ids::new(7);
        for number in [0, 1, 59, 100_000, 499_999, u32::MAX] {
            for kind in [Kind::StorageKey, Kind::Subject, Kind::Object(0), Kind::Object(1)] {
                let id = ids.make(kind, number);
                assert_eq!(ids.number(kind, id), Some(number));
                assert_eq!(ids.number(Kind::Audit, id), None);
                assert_eq!(Ids::new(8).number(kind, id), None);
            }
        }
        assert_eq!(ODD.wrapping_mul(ODD_BACK), 1);
    }

    #[test]
    fn versions_are_those_of_the_published_examples() {
        let ids = Ids::new(7);
        assert_eq!(ids.make(Kind::StorageKey, 3).get_version_num(), 6);
        assert_eq!(ids.make(Kind::Subject, 3).get_version_num(), 7);
        assert_eq!(subject_of_object(ids.make(Kind::Object(0), 3)).get_version_num(), 7);
        assert_eq!(ids.make(Kind::Object(0), 3).get_version_num(), 4);
    }
}
