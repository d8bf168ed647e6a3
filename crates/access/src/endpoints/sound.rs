//! The softphone and calls in the browser.

use super::Endpoint;

pub(super) const ROWS: &[Endpoint] = &[];
