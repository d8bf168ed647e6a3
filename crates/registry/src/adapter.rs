//! Adapters that speak the contracts of real registers. Each knows one contract and nothing of the others;
//! what a register says more than is asked for is passed over, what it says less is an error or is left out,
//! as the contract has it.

mod absent;
mod kodeverk;
mod krr;
mod norg2;
mod oppgave;
mod pdl;
mod repr;
mod saf;
mod token;
mod utbetaling;
mod wire;

#[cfg(test)]
mod tests;

pub use absent::Absent;
pub use kodeverk::Kodeverk;
pub use krr::Krr;
pub use norg2::Norg2;
pub use oppgave::Oppgave;
pub use pdl::Pdl;
pub use repr::Repr;
pub use saf::Saf;
pub use token::{ClientCredentials, Token};
pub use utbetaling::Utbetaling;
pub use wire::{Wire, WireError};
