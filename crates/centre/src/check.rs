//! Looks for what is wrong in a description whose form is right.
//!
//! Each file asks one kind of question. A fault stands where the mending hand must go.

mod after;
mod flows;
mod hours;
mod promises;
mod prompts;
mod rings;
mod skills;
mod spoken;

use crate::fault::{Code, Fault};
use crate::hours::Date;
use crate::model::{Centre, UnitKind};
use crate::people::{Extra, staff};

/// All faults of a centre, in the order of the text.
#[must_use]
pub fn check(centre: &Centre) -> Vec<Fault> {
    check_on(centre, None)
}

/// As `check`, and what lies in the past on `today`.
#[must_use]
pub fn check_on(centre: &Centre, today: Option<Date>) -> Vec<Fault> {
    let mut faults = centre.warned.clone();
    let staff = staff(centre, &Extra::default());
    flows::check(centre, &mut faults);
    hours::check(centre, today.max(centre.valid_from), &mut faults);
    rings::check(centre, &staff, &mut faults);
    promises::check(centre, &staff, &mut faults);
    prompts::check(centre, &mut faults);
    skills::check(centre, &mut faults);
    after::check(centre, &mut faults);
    spoken::check(centre, &mut faults);
    check_numbers(centre, &mut faults);
    faults.sort_by_key(|fault| (fault.line, fault.column, fault.code));
    faults
}

fn check_numbers(centre: &Centre, faults: &mut Vec<Fault>) {
    let sum: usize = centre
        .units
        .iter()
        .filter(|unit| unit.kind != UnitKind::Deciding)
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
