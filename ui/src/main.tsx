import "./aksel.css";
import "@fontsource-variable/source-sans-3/wght.css";
import "uplot/dist/uPlot.min.css";
import "./styles.css";
import "./person/person.css";

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { Refusal } from "./api/client";
import { SettingsProvider } from "./common/settings";
import { session, SESSION_KEY } from "./identity/session";
import { router } from "./router";
import { Themed } from "./shell/Themed";

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // A refusal is an answer; only an unreachable server is worth asking again.
      retry: (count, error) => count < 2 && !(error instanceof Refusal && error.problem.status > 0),
      refetchOnWindowFocus: false,
      staleTime: 5_000,
    },
  },
});

// Asked while the page itself is fetched: nothing is shown before it is known for whom.
void queries.prefetchQuery({ queryKey: SESSION_KEY, queryFn: session.ask });

createRoot(document.getElementById("root") as HTMLElement).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <SettingsProvider>
        <Themed>
          <RouterProvider router={router} />
        </Themed>
      </SettingsProvider>
    </QueryClientProvider>
  </StrictMode>,
);
