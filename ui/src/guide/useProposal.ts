import { useQuery } from "@tanstack/react-query";

import { guideApi } from "../api/guide";
import { useSettings } from "../common/settings";

/** What is proposed for the wrap-up of a contact; asked anew when it ends or another topic is chosen. */
export function useProposal(contact: string, topic: string | null = null, stage = "") {
  const { language } = useSettings();
  return useQuery({
    queryKey: ["after", contact, topic, stage, language],
    queryFn: () => guideApi.proposal(contact, topic),
    staleTime: 30_000,
    placeholderData: (before) => before,
  });
}
