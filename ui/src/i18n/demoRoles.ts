/** The demo's roles: who one is with one click, and three steps to try as each. */
interface RoleText {
  name: string;
  what: string;
  steps: [string, string, string];
}

export const nb = {
  title: "Roller du kan prøve",
  lead: "Ett klikk logger deg inn som en syntetisk person med rollen. Stegene hakes av når de faktisk er gjort.",
  be: (name: string) => `Vær ${name.toLocaleLowerCase("nb")}`,
  on: "Du er logget inn med denne rollen",
  goOn: "Fortsett",
  done: "gjort",
  notDone: "ikke gjort",
  all: "Alle tre stegene er gjort.",
  again: "Begynn på nytt",
  roles: {
    adviser: {
      name: "Veileder",
      what: "Svarer, hjelper og gjør seg ferdig.",
      steps: [
        "Åpne veilederbordet.",
        "Velg Telefon, så kan en henvendelse komme til deg.",
        "Ring inn fra denne siden i et annet vindu, og svar med Enter.",
      ],
    },
    traffic_controller: {
      name: "Trafikkstyrer",
      what: "Ser hele landet på ett bilde og hjelper der det trengs.",
      steps: [
        "Åpne Trafikkbilde.",
        "Be veilederne om hjelp under «Styr trafikken».",
        "Slå på en beredskapsplan, og se hva den endrer.",
      ],
    },
    leader: {
      name: "Avdelingsleder",
      what: "Ser tall for enheter og køer, aldri for én veileder.",
      steps: [
        "Åpne Tall, og se hva som ligger bak hvert av dem.",
        "Åpne Trafikkbilde, og se hvordan enheten har det nå.",
        "Prøv Veileder: siden sier at den ikke er for deg.",
      ],
    },
    administrator: {
      name: "Administrator",
      what: "Endrer senterbeskrivelsen mens folk venter.",
      steps: [
        "Åpne Senter.",
        "Endre et mål eller en tast, og sett endringen i kraft.",
        "Angre, så er alt som før.",
      ],
    },
    access_auditor: {
      name: "Innsynskontrollør",
      what: "Ser hvem som har lest om hvem, og hvorfor.",
      steps: [
        "Åpne Innsynskontroll.",
        "Åpne Kontrolltiltak, og se hva de ansatte vet om kontrollen.",
        "Prøv Veileder: en kontrollør leser ikke saker selv.",
      ],
    },
    subject_owner: {
      name: "Fagansvarlig",
      what: "Eier kunnskapen og reglene i et fagområde.",
      steps: [
        "Åpne Kunnskap, og finn en artikkel.",
        "Åpne Senter, og se reglene for køene.",
        "Åpne Tall, og se hvor ofte første veileder avslutter.",
      ],
    },
    citizen: {
      name: "Bruker",
      what: "Logger inn med ID-porten, ringer førstelinjen og ser sitt eget.",
      steps: [
        "Logg inn som bruker.",
        "Ring fra telefonen på denne siden, og tast deg fram til noen svarer.",
        "Åpne Min side: hva er lovet deg, og hvem har sett på opplysningene dine?",
      ],
    },
  } as Record<string, RoleText>,
};

export const en: typeof nb = {
  title: "Roles you can try",
  lead: "One click logs you in as a synthetic person with that role. Steps are ticked off when they have really been done.",
  be: (name) => `Be ${name.toLocaleLowerCase("en")}`,
  on: "You are logged in with this role",
  goOn: "Go on",
  done: "done",
  notDone: "not done",
  all: "All three steps are done.",
  again: "Begin again",
  roles: {
    adviser: {
      name: "Adviser",
      what: "Answers, helps and wraps up.",
      steps: [
        "Open the adviser's desk.",
        "Choose Phone, so that a contact can come to you.",
        "Ring in from this page in another window, and answer with Enter.",
      ],
    },
    traffic_controller: {
      name: "Traffic controller",
      what: "Sees the whole country in one picture and helps where it is needed.",
      steps: ["Open Traffic.", "Ask the advisers for help under “Steer the traffic”.", "Switch on a surge plan and see what it changes."],
    },
    leader: {
      name: "Leader",
      what: "Sees figures of units and queues, never of one adviser.",
      steps: [
        "Open Figures and see what is behind each.",
        "Open Traffic and see how the unit is doing now.",
        "Try the adviser's desk: the page says it is not for you.",
      ],
    },
    administrator: {
      name: "Administrator",
      what: "Changes the centre description while people wait.",
      steps: ["Open Centre.", "Change a goal or a key and put the change in force.", "Undo, and all is as before."],
    },
    access_auditor: {
      name: "Access auditor",
      what: "Sees who read about whom, and why.",
      steps: [
        "Open access control.",
        "Open control measures and see what staff know of the control.",
        "Try the adviser's desk: an auditor reads no cases.",
      ],
    },
    subject_owner: {
      name: "Subject owner",
      what: "Owns the knowledge and the rules of a field.",
      steps: [
        "Open Knowledge and find an article.",
        "Open Centre and see the rules of the queues.",
        "Open Figures and see how often the first adviser solves it.",
      ],
    },
    citizen: {
      name: "Citizen",
      what: "Logs in with ID-porten, calls the first line and sees their own.",
      steps: [
        "Log in as a citizen.",
        "Ring from the phone on this page, and press keys until somebody answers.",
        "Open My page: what are you promised, and who has looked at your data?",
      ],
    },
  },
};
