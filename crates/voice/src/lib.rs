//! Telephony shell of Linje.
