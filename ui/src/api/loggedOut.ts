/** Tells the shell that the server no longer knows who this is. Whoever gets a 401 says so here. */
type Hears = () => void;
const hearers = new Set<Hears>();

export const loggedOut = {
  say: () => {
    for (const hears of hearers) hears();
  },
  hear: (hears: Hears) => {
    hearers.add(hears);
    return () => {
      hearers.delete(hears);
    };
  },
};
