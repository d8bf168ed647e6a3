//! The description of 2015, as it lies in `centres/`.

use linje_centre::{Centre, Role, UnitKind, examine, people, render};

const TEXT: &str = include_str!("../../../centres/national-2015.toml");

fn national() -> Centre {
    let (centre, faults) = examine(TEXT);
    assert_eq!(render(&faults, "national-2015.toml"), "");
    centre.unwrap()
}

#[test]
fn it_has_no_faults_and_the_public_figures() {
    let centre = national();
    let of = |kind| centre.units.iter().filter(|unit| unit.kind == kind).count();
    assert_eq!(of(UnitKind::ContactCentre), 18);
    assert_eq!(of(UnitKind::ServiceCentre), 1);
    assert_eq!(of(UnitKind::Steering), 1);
    assert_eq!(centre.topics.len(), 67);
    assert_eq!(centre.population.yearly_calls, 5_612_445);
    assert_eq!(people(&centre).len(), 900);
}
