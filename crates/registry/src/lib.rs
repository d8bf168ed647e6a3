//! What other systems know about a person: one port per register, adapters that speak the real contracts,
//! and a built-in synthetic register. It answers or says what failed; whoever may read is decided before.
#![warn(missing_docs)]
