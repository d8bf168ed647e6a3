//! Who asks, for the endpoints about people: the one place where they learn it.

pub(crate) use crate::admit::Me as Asker;
