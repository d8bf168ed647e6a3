//! Registers, people and the lawful reading of them.

use super::Endpoint;

pub(super) const ROWS: &[Endpoint] = &[];
