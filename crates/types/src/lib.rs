//! The words that every crate shares: time, ids, channels, languages, activities.
//!
//! Nothing here reads a clock, a file or the environment, and nothing here knows a rule.
#![warn(missing_docs)]

mod id;
mod person_id;
mod time;
mod word;

pub use id::{
    AdviserId, ContactId, GroupId, OfferId, PlanId, QueueId, RequestId, SkillId, TopicId, UnitId,
};
pub use person_id::{OrgNumber, PersonId};
pub use time::{HOUR_US, MINUTE_US, SECOND_US, Timestamp};
pub use word::{Activity, Channel, Channels, Clearance, Language, Origin, Origins};
