import { useQuery } from "@tanstack/react-query";

import { guideApi } from "../api/guide";
import { useSettings } from "../common/settings";

const EVERY_MS = 60_000;

/** What an adviser has left: promises, tasks, drafts, and a conversation that broke off. */
export function useAfterwards(adviser: string) {
  const { language } = useSettings();
  return useQuery({
    queryKey: ["afterwards", adviser, language],
    queryFn: () => guideApi.afterwards(adviser),
    refetchInterval: EVERY_MS,
    placeholderData: (before) => before,
  });
}
