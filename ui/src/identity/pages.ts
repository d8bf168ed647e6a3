/**
 * Which page is for whom, and who may do what on it: as the server's own table of endpoints and roles has it.
 * The server decides; this only says so before one asks in vain, and a test with the real server holds both together.
 */
const STAFF = [
  "adviser",
  "expert",
  "local_adviser",
  "leader",
  "traffic_controller",
  "planner",
  "subject_owner",
  "union_representative",
  "working_life_adviser",
  "access_auditor",
  "administrator",
];

/** Open to everybody; the longest beginning of an address counts. */
const EVERYBODY = "everybody";

const PAGES: Record<string, string[] | typeof EVERYBODY> = {
  "/": EVERYBODY,
  "/demo": EVERYBODY,
  "/logg-inn": EVERYBODY,
  "/innlogget": EVERYBODY,
  "/tilgjengelighet": EVERYBODY,
  "/trafikk": STAFF,
  "/henvendelse": STAFF,
  "/desk": ["adviser", "expert", "local_adviser"],
  "/innsikt/tall": [...STAFF, "user_council"],
  "/innsikt/kontrolltiltak": STAFF,
  "/admin": ["administrator", "subject_owner", "traffic_controller", "planner", "leader"],
  "/kontroll": ["access_auditor", "administrator"],
  "/min-side": ["citizen"],
  "/kunnskap": STAFF,
  "/team": ["leader"],
};

/** What not everybody may do who may see the page. */
const MAY = {
  /** Write articles. */
  write: ["subject_owner", "traffic_controller", "administrator"],
  /** Put a changed centre into force, and take it back. */
  publish: ["administrator", "subject_owner"],
  /** See how many came again, and the traffic. */
  watch: STAFF,
} satisfies Record<string, string[]>;

export type Doing = keyof typeof MAY;

/** Who may do something. */
export function rolesFor(doing: Doing): string[] {
  return MAY[doing];
}

export function may(doing: Doing, roles: string[] | undefined): boolean {
  return rolesFor(doing).some((role) => roles?.includes(role));
}

/** Who may see a page: null for everybody, an empty list for whoever has logged in. */
export function rolesOf(path: string): string[] | null {
  const names = Object.keys(PAGES).filter((page) => path === page || path.startsWith(`${page}/`));
  const longest = names.sort((a, b) => b.length - a.length)[0];
  const roles = longest === undefined ? undefined : PAGES[longest];
  if (roles === undefined) return [];
  return roles === EVERYBODY ? null : roles;
}

export function mayOpen(path: string, roles: string[] | undefined): boolean {
  const wanted = rolesOf(path);
  if (wanted === null) return true;
  if (roles === undefined) return false;
  return wanted.length === 0 || wanted.some((role) => roles.includes(role));
}
