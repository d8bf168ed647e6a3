//! What a change means, in words; nothing that changes is passed over.
#![expect(
    clippy::string_slice,
    reason = "the places come from searches in the same text"
)]

use std::fmt::Write as _;

use expect_test::{Expect, expect};
use linje_centre::{Centre, differences, differences_in_words};
use linje_types::Language;

const NATIONAL: &str = include_str!("../../../centres/national-2015.toml");

fn parse(text: &str) -> Centre {
    Centre::parse(text).expect("a description that can be read")
}

/// The national centre with `old` written as `new`, wherever it stands after `from`.
fn changed(from: &str, old: &str, new: &str) -> Centre {
    let (before, after) = NATIONAL.split_once(from).expect("the place");
    assert!(after.contains(old), "{old:?} after {from:?}");
    parse(&format!("{before}{from}{}", after.replacen(old, new, 1)))
}

fn said(new: &Centre, language: Language) -> String {
    let mut text = String::new();
    for change in differences_in_words(&parse(NATIONAL), new, language) {
        let (section, id) = (change.section, &change.id);
        writeln!(text, "[{section} {id}] {}.", change.what).expect("a string");
        if !change.meaning.is_empty() {
            writeln!(text, "    {}.", change.meaning).expect("a string");
        }
    }
    text
}

fn nb(new: &Centre, expected: Expect) {
    expected.assert_eq(&said(new, Language::Nb));
}

#[test]
fn nothing_changed_is_nothing_said() {
    assert_eq!(said(&parse(NATIONAL), Language::Nb), "");
    // A comment more moves every place in the file, and changes nothing.
    let moved = format!("# A comment\n\n{NATIONAL}");
    assert_eq!(said(&parse(&moved), Language::Nb), "");
}

#[test]
fn a_ring_that_begins_later() {
    let new = changed("id = \"uforetrygd\"", "after = \"5m\"", "after = \"6m30s\"");
    nb(
        &new,
        expect![[r#"
        [queue uforetrygd] Køen Uføretrygd: ring 2 begynner etter 6 minutter og 30 sekunder (før 5 minutter).
            De i ringene før har henvendelsene lenger for seg selv, og brukerne venter lenger på de andre.
    "#]],
    );
    expect![[r#"
        [queue uforetrygd] The queue Disability benefit: ring 2 begins after 6 minutes and 30 seconds (was 5 minutes).
            Those in the rings before have the contacts longer to themselves, and citizens wait longer for the others.
    "#]].assert_eq(&said(&new, Language::En));
}

#[test]
fn who_is_in_a_ring_and_who_comes_first() {
    let new = changed(
        "id = \"uforetrygd\"",
        "who = \"grunnstonad >= 2 and not group nye\"",
        "who = \"(grunnstonad >= 2 or language se) and unit ks-troms\"",
    );
    nb(
        &new,
        expect![[r#"
            [queue uforetrygd] Køen Uføretrygd: ring 2 er de som (kan Grunn- og hjelpestønad på nivå 2 eller høyere eller snakker nordsamisk) og hører til KS Troms (før de som kan Grunn- og hjelpestønad på nivå 2 eller høyere og ikke er i gruppen Nye veiledere).
                Andre veiledere kan få henvendelsene.
        "#]],
    );
    let new = changed("id = \"pensjon\"\nname", "prefer = \"pensjon >= 2\"\n", "");
    nb(
        &new,
        expect![[r#"
            [queue pensjon] Køen Pensjon: først i ring 1 kommer ingen særskilt (før de som kan Pensjon på nivå 2 eller høyere).
                De får henvendelsene når de er ledige; ellers går de til de andre i ringen.
        "#]],
    );
}

#[test]
fn a_ring_more_and_a_ring_less() {
    let new = changed(
        "id = \"klageinstans\"\nname",
        "[[queue]]",
        "[[queue.then]]\nafter = \"2m\"\nwho = \"generell >= 3\"\nwiden = true\n\n[[queue]]",
    );
    nb(
        &new,
        expect![[r#"
        [queue klageinstans] Køen Klageinstans: ny ring 2 etter 2 minutter, med dem som kan Generelle spørsmål på nivå 3 eller høyere i tillegg til ringene før.
            Flere kan ta henvendelser som har ventet så lenge.
    "#]],
    );
    let new = changed(
        "id = \"samhandler-lege\"",
        "[[queue.then]]\nafter = \"3m\"\nwho = \"samhandler >= 2 or unit servicesenteret\"\nwiden = true\n",
        "",
    );
    nb(
        &new,
        expect![[r#"
        [queue samhandler-lege] Køen Lege og behandler: ring 2 er tatt bort.
            Henvendelsene venter på dem i ringen før, så lenge det trengs.
    "#]],
    );
}

#[test]
fn promises_overflow_and_what_is_kept() {
    let new = changed("[languages]", "guarantee = \"3m\"", "guarantee = \"90s\"");
    nb(
        &new,
        expect![[r#"
        [languages se] De som ønsker nordsamisk: lengste ventetid er 1 minutt og 30 sekunder (før 3 minutter).
            De går tidligere foran alle andre; de andre venter litt lenger.
    "#]],
    );
    let new = changed(
        "# --- Priority",
        "guarantee = \"5m\"",
        "guarantee = \"10m\"",
    );
    nb(
        &new,
        expect![[r#"
        [class saerlige-behov] Klassen Særlige behov: lengste ventetid er 10 minutter (før 5 minutter).
            De kan vente lenger før de går foran alle andre.
    "#]],
    );
    let new = changed(
        "id = \"samhandler-tiltak\"",
        "overflow = { to = \"samhandler-annet\", after = \"5m\", expected = \"10m\" }\n",
        "",
    );
    nb(
        &new,
        expect![[r#"
            [queue samhandler-tiltak] Køen Arbeidsrettede tiltak: ved lang ventetid går den over i ingen annen kø (før Andre henvendelser fra samhandlere etter 5 minutter eller straks når ventetiden ventes å bli 10 minutter).
                Henvendelser som flyttes, beholder plassen sin; andre veiledere svarer.
        "#]],
    );
    let new = changed("id = \"gjeldsradgivning\"", "no_log = true\n", "");
    nb(
        &new,
        expect![[r#"
            [queue gjeldsradgivning] Køen Gjeldsrådgivning (800 GJELD): ingenting om henvendelsene lagres på personen: nei (før ja).
                Henvendelsene vises på personen etterpå, også de som gjelder følsomme ting.
        "#]],
    );
    let new = changed("[routing]", "reserve = 20", "reserve = 35");
    nb(
        &new,
        expect![[r#"
        [routing ] Fordelingen: så mange holdes ledige for telefon og chat: 35 (før 20).
            Meldinger og oppgaver venter oftere, telefonen svares fortere.
    "#]],
    );
}

#[test]
fn hours_menus_words_goals_callbacks_and_plans() {
    let new = changed(
        "id = \"sentralbord\"\nname",
        "from = \"08:00\", to = \"15:30\"",
        "from = \"08:00\", to = \"16:00\"",
    );
    nb(
        &new,
        expect![[r#"
            [hours sentralbord] Åpningstiden Sentralbord 08–15.30: ukedagene er mandag–fredag 08.00–16.00 (før mandag–fredag 08.00–15.30).
                Køene åpner og stenger etter dette straks, og sidene sier det; ord som leses opp, endres ikke av dette.
        "#]],
    );
    let new = changed(
        "id = \"hverdager\"",
        "{ day = \"christmas-eve\", closed = true }",
        "{ day = \"christmas-eve\", to = \"12:00\" }",
    );
    nb(
        &new,
        expect![[r#"
            [hours hverdager] Åpningstiden Hverdager 09–15: julaften er åpent bare til kl. 12.00 (før stengt).
                Køene åpner og stenger etter dette straks, og sidene sier det; ord som leses opp, endres ikke av dette.
            [hours eures] Åpningstiden Eures: kortere fredag: julaften er åpent bare til kl. 12.00 (før stengt).
                Køene åpner og stenger etter dette straks, og sidene sier det; ord som leses opp, endres ikke av dette.
            [hours sentralbord] Åpningstiden Sentralbord 08–15.30: julaften er åpent bare til kl. 12.00 (før stengt).
                Køene åpner og stenger etter dette straks, og sidene sier det; ord som leses opp, endres ikke av dette.
        "#]],
    );
    let new = changed(
        "id = \"main\"\nname = { nb = \"Hovednummer\"",
        "{ key = \"4\", to = \"disability\" }",
        "{ key = \"4\", to = \"other\" }",
    );
    nb(
        &new,
        expect![[r#"
            [flow main] Menyen Hovednummer: valg 4 går til Andre henvendelser (før Uføretrygd).
                Ordene i menyen må si det samme som tastene.
        "#]],
    );
    let new = changed(
        "id = \"no-key\"",
        "Vi hørte ikke noe valg.",
        "Vi hørte ingenting.",
    );
    nb(
        &new,
        expect![[r#"
            [prompt no-key] Ordene «Vi hørte ingenting.»: på bokmål: «Vi hørte ingenting.» (før «Vi hørte ikke noe valg.»).
        "#]],
    );
    let new = changed("id = \"familieytelser\"", "share = 0.70", "share = 0.8");
    nb(
        &new,
        expect![[r#"
        [queue familieytelser] Køen Familieytelser: målet er 80 % innen 45 sekunder (før 70 % innen 45 sekunder).
            Tallene måles mot det nye målet fra nå; tidligere dager endres ikke. Den som tar flere kanaler, får først den henvendelsen som har brukt mest av målet sitt.
    "#]],
    );
    let new = changed(
        "[callback.offer]",
        "when_expected = \"5m\"",
        "when_expected = \"3m\"",
    );
    nb(
        &new,
        expect![[r#"
        [callback ] Bli ringt opp: det tilbys når ventetiden ventes å bli 3 minutter (før 5 minutter).
            Flere får tilbudet.
    "#]],
    );
    let new = changed("id = \"stor-pagang\"", "wanted = 40", "wanted = 60");
    nb(
        &new,
        expect![[r#"
            [plan stor-pagang] Beredskapsplanen Svært stor pågang: steg 4 spør 60 om telefon (før spør 40 om telefon).
        "#]],
    );
}

#[test]
fn local_differences_stand_beside_the_rule() {
    let centre = parse(NATIONAL);
    let mut text = String::new();
    for difference in differences(&centre) {
        let hours = &centre.hours[difference.hours.idx()].id;
        let base = &centre.hours[difference.base.idx()].id;
        let queues: Vec<&str> = difference
            .queues
            .iter()
            .map(|queue| centre.queue(*queue).id.as_str())
            .collect();
        let since = difference.since.expect("a date");
        writeln!(
            text,
            "{hours} / {base}, {queues:?}, {since}: {}",
            difference.why.nb
        )
        .expect("a string");
        for (rule, here) in &difference.parts {
            writeln!(text, "    {} -> {}", rule.nb, here.nb).expect("a string");
        }
    }
    expect![[r#"
        eures / hverdager, ["eures"], 2015-02-02: Fast samarbeidsmøte med andre land fredag ettermiddag (antatt)
            mandag–fredag 09.00–15.00 -> mandag–torsdag 09.00–15.00, fredag 09.00–13.00
            de vanlige ordene når det er stengt -> egne ord når det er stengt: «Eures er stengt nå. Vi svarer mandag til torsdag fra klokka ni til klokka femten, og fredag fra klokka ni til klokka tretten.»
        sentralbord / hverdager, ["sentralbord"], 2015-01-02: Kontorene har lengre arbeidstid enn hovednummeret (antatt)
            mandag–fredag 09.00–15.00 -> mandag–fredag 08.00–15.30
            de vanlige ordene når det er stengt -> egne ord når det er stengt: «Sentralbordet er stengt nå. Vi svarer på hverdager fra klokka åtte til klokka halv fire.»
    "#]].assert_eq(&text);
}

/// Line by line: a figure or a word is changed, and if the description still can be read and is another
/// one, then some sentence says so.
#[test]
fn no_change_is_passed_over() {
    let old = parse(NATIONAL);
    let lines: Vec<&str> = NATIONAL.lines().collect();
    let mut said = 0;
    // A quarter of the lines, spread over the whole file: enough for each run.
    let some = |(number, line): &(usize, &&str)| number % 4 == line.len() % 4;
    for (number, line) in lines.iter().enumerate().filter(some) {
        if line.trim_start().starts_with('#') || line.is_empty() {
            continue;
        }
        for other in variants(line) {
            let text = [&lines[..number], &[other.as_str()], &lines[number + 1..]]
                .concat()
                .join("\n");
            let Ok(new) = Centre::parse(&text) else {
                continue;
            };
            let changes = differences_in_words(&old, &new, Language::Nb);
            let vague = changes
                .iter()
                .any(|change| change.what.starts_with("Noe er"));
            assert!(!vague, "line {}: {other}", number + 1);
            said += usize::from(!changes.is_empty());
        }
    }
    assert!(said > 150, "{said} changes were said");
}

/// The line without it, with its last figure changed, and with a flag turned.
fn variants(line: &str) -> Vec<String> {
    let mut variants = vec![String::new()];
    if let Some(at) = line.rfind(|letter: char| letter.is_ascii_digit()) {
        let figure = if &line[at..=at] == "1" { "2" } else { "1" };
        variants.push(format!("{}{figure}{}", &line[..at], &line[at + 1..]));
    }
    if line.contains("true") {
        variants.push(line.replace("true", "false"));
    }
    variants
}
