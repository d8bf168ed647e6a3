//! Call control: what joins a line, its menu and the desk.
//!
//! A citizen's line is a SIP call or a page of the demo; both go through the same menu and the same
//! desk. [`Calls::step`] takes what happened (on the lines, at the desk, on the page, by the clock) and
//! says what is to be done. It does no IO and reads no clock; it decides nothing that the core decides,
//! and it never tells a caller that they are in line before the desk's reply, which means: durable.

mod calls;
mod clips;
mod line;
mod page;
#[cfg(test)]
mod tests;

pub use calls::{Beside, Calls, Input, Output, Pages, Status, YES};
pub use clips::{Clip, ClipError, Clips};
pub use line::LineState;
pub use page::{PageId, PageKey, PageView, Spoken};
