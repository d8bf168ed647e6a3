//! The definitions of the figures, in the words that people read.

use linje_types::Language;

/// One definition.
pub(crate) struct Definition {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    pub(crate) formula: &'static str,
    pub(crate) text: &'static str,
    pub(crate) source: &'static str,
}

/// All definitions.
pub(crate) const fn definitions(language: Language) -> &'static [Definition] {
    match language {
        Language::En => &EN,
        Language::Nb | Language::Nn | Language::Se => &NB,
    }
}

const NB: [Definition; 8] = [
    Definition {
        id: "sl_offered",
        name: "Besvart innen målet",
        formula: "besvart innen T / alle tilbudt",
        text: "Andelen som ble besvart innen den tiden køen har som mål, av alle som kom til køen i dag. De som venter nå, de som la på og de som møtte full kø, teller med i nevneren. En henvendelse telles én gang, i den første køen den kom til. Ventetiden regnes fra henvendelsen kom i kø, ikke fra menyen begynte. De som ventet ved midnatt, telles på den nye dagen.",
        source: "Den strengeste av de vanlige definisjonene: ingen trekkes fra. Andre program viser opptil 22 prosentpoeng mer for samme dag.",
    },
    Definition {
        id: "abandoned",
        name: "La på",
        formula: "la på før svar / alle tilbudt",
        text: "De som la på, eller der forbindelsen døde, før noen svarte. Også de som la på etter få sekunder, teller. De som la på i menyen, er ikke tilbudt noen kø og teller ikke.",
        source: "Abandonment rate slik Genesys og Amazon Connect regner den, uten fradrag for korte.",
    },
    Definition {
        id: "waiting",
        name: "Venter nå",
        formula: "antall i kø uten svar",
        text: "De som står i kø og ikke er besvart. Den som akkurat nå ringer hos en veileder, venter fortsatt. Tallene øverst gjelder dem som venter på linjen: telefon og chat. Skriftlige henvendelser og oppgaver har egne rader.",
        source: "Talt fra loggen.",
    },
    Definition {
        id: "longest_wait",
        name: "Eldste",
        formula: "nå − da den som har ventet lengst kom i kø",
        text: "Hvor lenge den som har ventet lengst, har ventet.",
        source: "Talt fra loggen.",
    },
    Definition {
        id: "expected_wait",
        name: "Forventet ventetid",
        formula: "(ventende + 1) / tatt per minutt med kø, siste 10 minutter",
        text: "Hva en som kommer nå, kan vente. Null når en veileder som kan det, er ledig og ingen venter. Bare minutter som endte med kø teller: uten kø viser farten hvor mange som kommer, ikke hvor mange som kan hjelpes. Finnes ingen slike: behandlingstid × (ventende + 1) / veiledere på jobb. Uten tall når ingen betjener køen.",
        source: "Vår egen. Den andre formelen er som Genesys' EWT = AHT × ventende / veiledere.",
    },
    Definition {
        id: "advisers",
        name: "Veiledere",
        formula: "antall pålogget etter hva de gjør",
        text: "Ledig: kan få en henvendelse nå. Opptatt: har eller får en. Etterarbeid: fullfører. Borte: noe annet, som lunsj, læring eller møte. I en kø telles bare de som kan ta den. Enheter med færre enn fem pålogget viser ikke fordelingen.",
        source: "Talt fra loggen. Aldri navn.",
    },
    Definition {
        id: "calls_today",
        name: "Samtaler i dag",
        formula: "antall som kom til en telefonkø siden midnatt",
        text: "Alle som kom til en av telefonkøene i dag. I demoen er nesten alle syntetiske; de teller som andre.",
        source: "Talt fra loggen.",
    },
    Definition {
        id: "first_contact_end",
        name: "Avslutningsgrad",
        formula: "avsluttet hos den første veilederen / avsluttet",
        text: "Andelen som fikk saken avsluttet hos den første veilederen. Den vises når etterarbeidet spør om saken er løst; til da vises bare målet.",
        source: "Målene er antatt der beskrivelsen sier det.",
    },
];

const EN: [Definition; 8] = [
    Definition {
        id: "sl_offered",
        name: "Answered within the goal",
        formula: "answered within T / all offered",
        text: "Share answered within the queue's own time, of all who came to the queue today. Those who wait now, those who left and those who met a full queue count in the denominator. A contact counts once, in the queue it came to first. The wait begins when it comes to the queue, not when the menu began. Those waiting at midnight count on the new day.",
        source: "The strictest of the usual definitions: nobody is taken out. Other programs show up to 22 points more for the same day.",
    },
    Definition {
        id: "abandoned",
        name: "Abandoned",
        formula: "left before an answer / all offered",
        text: "Those who hung up, or whose connection died, before anybody answered. Those who left after a few seconds count too. Those who left in the menu were not offered to a queue and do not count.",
        source: "Abandonment rate as Genesys and Amazon Connect count it, short abandons not taken out.",
    },
    Definition {
        id: "waiting",
        name: "Waiting now",
        formula: "in a queue without an answer",
        text: "Those in a queue who are not answered. Whoever rings at an adviser right now still waits. The figures at the top are about those who wait on the line: calls and chats. Messages and tasks have rows of their own.",
        source: "Counted from the log.",
    },
    Definition {
        id: "longest_wait",
        name: "Longest wait",
        formula: "now − when the one who has waited longest came to the queue",
        text: "How long the one who has waited longest has waited.",
        source: "Counted from the log.",
    },
    Definition {
        id: "expected_wait",
        name: "Expected wait",
        formula: "(waiting + 1) / taken per minute with a line, last 10 minutes",
        text: "What one who comes now can expect. Zero when an able adviser is free and nobody waits. Only minutes that ended with a line count: without one the rate says how many come, not how many can be helped. If there are none: handle time × (waiting + 1) / advisers at work. No figure when nobody serves the queue.",
        source: "Ours. The second form is like Genesys' EWT = AHT × calls in queue / advisers.",
    },
    Definition {
        id: "advisers",
        name: "Advisers",
        formula: "signed in, by what they do",
        text: "Ready: can be offered a contact now. Busy: has one or is being offered one. Wrap-up: finishing. Away: something else, such as lunch, learning or a meeting. A queue counts only those who can take it. Units with fewer than five signed in do not show the split.",
        source: "Counted from the log. Never names.",
    },
    Definition {
        id: "calls_today",
        name: "Calls today",
        formula: "came to a phone queue since midnight",
        text: "All who came to one of the phone queues today. In the demo nearly all are synthetic; they count like others.",
        source: "Counted from the log.",
    },
    Definition {
        id: "first_contact_end",
        name: "Ended at first contact",
        formula: "ended by the first adviser / ended",
        text: "Share whose matter ended with the first adviser. Shown once the wrap-up asks whether it was solved; until then only the goal.",
        source: "Goals are assumed where the description says so.",
    },
];
