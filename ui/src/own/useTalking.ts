/** The conversations that are said to be mine: told by the server while the page is looked at, never asked for again and again. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { liveUrl } from "../api/client";
import type { MyContact } from "../api/own";
import { openStream } from "../api/stream";

const isSeen = () => document.visibilityState === "visible";

export function useTalking(): MyContact[] {
  const queries = useQueryClient();
  const [contacts, setContacts] = useState<MyContact[]>([]);
  const [seen, setSeen] = useState(isSeen);
  useEffect(() => {
    const look = () => setSeen(isSeen());
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, []);
  useEffect(() => {
    if (!seen) return;
    let before = -1;
    const stream = openStream("own", liveUrl.own, {
      contacts: (message) => {
        const { items } = message as { items: MyContact[] };
        setContacts(items);
        // A conversation that ended may have left a note, a promise or a reading.
        if (before > items.length) void queries.invalidateQueries({ queryKey: ["own"] });
        before = items.length;
      },
    });
    return () => stream.close();
  }, [seen, queries]);
  return contacts;
}
