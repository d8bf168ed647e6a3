/** The demo's synthetic people whose number an adviser's screen can know, and which of them is logged in here. */
import { useQuery } from "@tanstack/react-query";

import { people } from "../api/people";
import { useWho } from "../identity/session";

export interface Caller {
  name: string;
  phone: string;
}

const NOBODY: Caller[] = [];

export function usePersonas(): { personas: Caller[]; own: string } {
  const who = useWho();
  const { data } = useQuery({ queryKey: ["demo", "people"], queryFn: people.personas, staleTime: Infinity, retry: false });
  const personas = data?.items.flatMap(({ name, phone }) => (phone == null ? [] : [{ name, phone }])) ?? NOBODY;
  const own = personas.find(({ name }) => name === who?.name);
  return { personas, own: own?.phone ?? "" };
}
