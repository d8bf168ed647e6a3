/** Which address shows which page. Pages are fetched when first visited. */
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from "@tanstack/react-router";

import { AppShell } from "./shell/AppShell";
import { type FigureSearch, readSearch } from "./innsikt/useFigures";
import { FrontPage } from "./shell/FrontPage";
import { Broken } from "./shell/Broken";
import { NotFound } from "./shell/NotFound";

const root = createRootRoute({ component: AppShell, notFoundComponent: NotFound });

const front = createRoute({ getParentRoute: () => root, path: "/", component: FrontPage });

export interface TrafficSearch {
  /** Present: shown on a wall, large and without chrome. */
  vegg?: boolean;
}

const traffic = createRoute({
  getParentRoute: () => root,
  path: "/trafikk",
  validateSearch: (search: Record<string, unknown>): TrafficSearch =>
    "vegg" in search && search.vegg !== false ? { vegg: true } : {},
  component: lazyRouteComponent(() => import("./trafikk/TrafficPage"), "TrafficPage"),
});

const desk = createRoute({
  getParentRoute: () => root,
  path: "/desk",
  component: lazyRouteComponent(() => import("./desk/DeskPage"), "DeskPage"),
});

const demo = createRoute({
  getParentRoute: () => root,
  path: "/demo",
  component: lazyRouteComponent(() => import("./demo/DemoPage"), "DemoPage"),
});

export interface LogInSearch {
  /** Why the last try failed, as a word. */
  feil?: string;
  /** Where to go afterwards. */
  tilbake?: string;
}

const logIn = createRoute({
  getParentRoute: () => root,
  path: "/logg-inn",
  validateSearch: (search: Record<string, unknown>): LogInSearch => ({
    ...(typeof search.feil === "string" ? { feil: search.feil } : {}),
    ...(typeof search.tilbake === "string" ? { tilbake: search.tilbake } : {}),
  }),
  component: lazyRouteComponent(() => import("./identity/LogInPage"), "LogInPage"),
});

const loggedIn = createRoute({
  getParentRoute: () => root,
  path: "/innlogget",
  component: lazyRouteComponent(() => import("./identity/LoggedInPage"), "LoggedInPage"),
});

export interface WhySearch {
  /** Who reads: the sentences say "du" about this adviser. */
  veileder?: string;
}

const why = createRoute({
  getParentRoute: () => root,
  path: "/henvendelse/$id/hvorfor",
  validateSearch: (search: Record<string, unknown>): WhySearch =>
    typeof search.veileder === "string" ? { veileder: search.veileder } : {},
  component: lazyRouteComponent(() => import("./hvorfor/WhyPage"), "WhyPage"),
});

const figures = createRoute({
  getParentRoute: () => root,
  path: "/innsikt/tall",
  validateSearch: (search: Record<string, unknown>): FigureSearch => readSearch(search),
  component: lazyRouteComponent(() => import("./innsikt/FiguresPage"), "FiguresPage"),
});

const admin = createRoute({
  getParentRoute: () => root,
  path: "/admin",
  component: lazyRouteComponent(() => import("./admin/AdminPage"), "AdminPage"),
});

const control = createRoute({
  getParentRoute: () => root,
  path: "/kontroll",
  component: lazyRouteComponent(() => import("./kontroll/ControlPage"), "ControlPage"),
});

const controlMeasures = createRoute({
  getParentRoute: () => root,
  path: "/innsikt/kontrolltiltak",
  component: lazyRouteComponent(() => import("./tiltak/MeasuresPage"), "MeasuresPage"),
});

const own = createRoute({
  getParentRoute: () => root,
  path: "/min-side",
  component: lazyRouteComponent(() => import("./own/OwnPage"), "OwnPage"),
});

const knowledge = createRoute({
  getParentRoute: () => root,
  path: "/kunnskap",
  component: lazyRouteComponent(() => import("./guide/KnowledgePage"), "KnowledgePage"),
});

const team = createRoute({
  getParentRoute: () => root,
  path: "/team",
  component: lazyRouteComponent(() => import("./guide/TeamPage"), "TeamPage"),
});

const accessibility = createRoute({
  getParentRoute: () => root,
  path: "/tilgjengelighet",
  component: lazyRouteComponent(() => import("./guide/AccessibilityPage"), "AccessibilityPage"),
});

export const router = createRouter({
  routeTree: root.addChildren([
    front, logIn, loggedIn, traffic, desk, demo, why, figures, admin, control, controlMeasures, own, knowledge, team, accessibility,
  ]),
  defaultErrorComponent: Broken,
  defaultNotFoundComponent: NotFound,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
