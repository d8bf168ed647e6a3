//! Looks for what is wrong in a description whose form is right.
//!
//! Each file asks one kind of question. A fault stands where the mending hand must go.

mod flows;
mod hours;
mod prompts;
mod skills;

use crate::fault::{Code, Fault};
use crate::model::Centre;

/// All faults of a centre, in the order of the text.
#[must_use]
pub fn check(centre: &Centre) -> Vec<Fault> {
    let mut faults = Vec::new();
    flows::check(centre, &mut faults);
    hours::check(centre, &mut faults);
    prompts::check(centre, &mut faults);
    skills::check(centre, &mut faults);
    check_numbers(centre, &mut faults);
    faults.sort_by_key(|fault| (fault.line, fault.column, fault.code));
    faults
}

fn check_numbers(centre: &Centre, faults: &mut Vec<Fault>) {
    let sum: usize = centre
        .units
        .iter()
        .map(|unit| usize::from(unit.people))
        .sum();
    let count = usize::from(centre.people.count);
    if sum != count {
        let message = format!("[people] counts {count}, but the units have {sum} people");
        let help = format!("write count = {sum}, or mend \"people\" of the units");
        faults.push(Fault::new(
            Code::DoesNotAddUp,
            centre.people.at,
            message,
            help,
        ));
    }
}
