//! Adapters that speak the contracts of real registers.
