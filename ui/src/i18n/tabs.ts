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
  elsewhere: {
    title: "Your desk is open in another tab",
    says: "Two tabs are one desk: what you do in one shows in the other. The sound is where you last took the telephone.",
    open: "Move here",
  },
};
