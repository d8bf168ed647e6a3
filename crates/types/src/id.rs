//! Ids. Integers inside; `http` shows contacts and offers permuted by a keyed cipher.

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl $name {
            /// The id as a place in a table.
            #[must_use]
            #[inline]
            pub const fn idx(self) -> usize {
                self.0 as usize
            }
        }
    };
}

id! {
    /// A queue, as its place in the centre description.
    QueueId(u16)
}
id! {
    /// A skill, as its place in the centre description.
    SkillId(u16)
}
id! {
    /// A unit, as its place in the centre description.
    UnitId(u16)
}
id! {
    /// A group of advisers (a team, a trial), as its place in the centre description.
    GroupId(u16)
}
id! {
    /// A crisis plan, as its place in the centre description.
    PlanId(u8)
}
id! {
    /// A request of the traffic controller; counted from 0 and never used again.
    RequestId(u32)
}
id! {
    /// A topic, as its place in the centre description.
    TopicId(u16)
}
id! {
    /// An adviser: given once by the centre description and never used again for somebody else.
    AdviserId(u32)
}

impl AdviserId {
    /// No adviser.
    pub const NONE: AdviserId = AdviserId(u32::MAX);

    /// The id, unless it is `NONE`.
    #[must_use]
    #[inline]
    pub fn some(self) -> Option<AdviserId> {
        (self != AdviserId::NONE).then_some(self)
    }
}

impl TopicId {
    /// No topic known.
    pub const NONE: TopicId = TopicId(u16::MAX);
}

impl QueueId {
    /// No queue yet.
    pub const NONE: QueueId = QueueId(u16::MAX);

    /// The id, unless it is `NONE`.
    #[must_use]
    #[inline]
    pub fn some(self) -> Option<QueueId> {
        (self != QueueId::NONE).then_some(self)
    }
}

/// A contact: slot of the slab in the low half, generation of the slot in the high half.
///
/// A slot is used again after the contact closed, its generation never is: a late message about
/// an old contact finds nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ContactId(pub u64);

impl ContactId {
    /// No contact.
    pub const NONE: ContactId = ContactId(u64::MAX);

    /// The id of `slot` in its life number `generation`.
    #[must_use]
    #[inline]
    pub const fn new(slot: u32, generation: u32) -> ContactId {
        ContactId((generation as u64) << 32 | slot as u64)
    }

    /// The place in the slab.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "the low half is the slot")]
    #[inline]
    pub const fn slot(self) -> u32 {
        self.0 as u32
    }

    /// Which life of the slot this is.
    #[must_use]
    #[inline]
    pub const fn generation(self) -> u32 {
        (self.0 >> 32) as u32
    }
}

/// One presentation of a contact to an adviser: slot of the contact in the low half, a number that
/// is never used twice in the high half. Whoever answers an offer must name it (S12).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OfferId(pub u64);

impl OfferId {
    /// The id of offer number `number` of the contact in `slot`.
    #[must_use]
    #[inline]
    pub const fn new(slot: u32, number: u32) -> OfferId {
        OfferId((number as u64) << 32 | slot as u64)
    }

    /// The contact's place in the slab.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "the low half is the slot")]
    #[inline]
    pub const fn slot(self) -> u32 {
        self.0 as u32
    }

    /// The number of the offer.
    #[must_use]
    #[inline]
    pub const fn number(self) -> u32 {
        (self.0 >> 32) as u32
    }
}
