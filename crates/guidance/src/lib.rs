//! The yes/no rules of the first line: facts in, advice with its reason out. They advise and never lock.
//!
//! Pure: rules are data of the centre description, facts are given, nothing is looked up here.
#![warn(missing_docs)]
