//! Guidance, knowledge, notes and wrap-up.

use super::Endpoint;

pub(super) const ROWS: &[Endpoint] = &[];
