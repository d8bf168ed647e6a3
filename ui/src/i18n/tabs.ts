/** Two tabs of one adviser are one desk. */
export const nb = {
  note: {
    title: "Notatet ble endret i en annen fane",
    says: "Begge tekstene er her, og ingen av dem er lagret over den andre. Velg hvilken som gjelder.",
    here: "I denne fanen",
    there: "I den andre fanen",
    takeHere: "Behold teksten fra denne fanen",
    takeThere: "Bruk teksten fra den andre fanen",
    both: "Behold begge, den ene under den andre",
  },
  noteElsewhere: {
    title: "Notatet ble endret i en annen nettleser",
    says: "Begge tekstene er her, og ingen av dem er lagret over den andre. Velg hvilken som gjelder.",
    here: "Her",
    there: "I den andre nettleseren",
    takeHere: "Behold teksten herfra",
    takeThere: "Bruk teksten fra den andre nettleseren",
    both: "Behold begge, den ene under den andre",
    chooseFirst: "Notatet er endret et annet sted. Velg hvilken tekst som gjelder.",
    again: "Notatet var endret et annet sted, og stemmer nå. Trykk Ferdig en gang til.",
  },
  elsewhere: {
    title: "Du har desken åpen i en annen fane",
    says: "To faner er én desk: det du gjør i den ene, ser du i den andre. Lyden er der du sist tok telefonen.",
    open: "Flytt hit",
  },
};

type Texts = typeof nb;

export const en: Texts = {
  note: {
    title: "The note was changed in another tab",
    says: "Both texts are here, and neither is saved over the other. Choose which one counts.",
    here: "In this tab",
    there: "In the other tab",
    takeHere: "Keep the text of this tab",
    takeThere: "Use the text of the other tab",
    both: "Keep both, one below the other",
  },
  noteElsewhere: {
    title: "The note was changed in another browser",
    says: "Both texts are here, and neither is saved over the other. Choose which one counts.",
    here: "Here",
    there: "In the other browser",
    takeHere: "Keep the text from here",
    takeThere: "Use the text of the other browser",
    both: "Keep both, one below the other",
    chooseFirst: "The note was changed somewhere else. Choose which text counts.",
    again: "The note had been changed somewhere else, and is right now. Press Done once more.",
  },
  elsewhere: {
    title: "Your desk is open in another tab",
    says: "Two tabs are one desk: what you do in one shows in the other. The sound is where you last took the telephone.",
    open: "Move here",
  },
};
