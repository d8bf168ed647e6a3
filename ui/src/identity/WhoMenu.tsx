import { LeaveIcon, PersonIcon } from "@navikt/aksel-icons";
import { ActionMenu, InternalHeader } from "@navikt/ds-react";
import { useQueryClient } from "@tanstack/react-query";
import { useLocation, useNavigate } from "@tanstack/react-router";

import { useText } from "../common/settings";
import { CHANNEL, session, useSessionQuery } from "./session";

/** Who one is, in the header; log-out beneath. */
export function WhoMenu({ narrow }: { narrow: boolean }) {
  const t = useText();
  const words = t.identity.header;
  const { href } = useLocation();
  const navigate = useNavigate();
  const { data } = useSessionQuery();
  if (data === undefined) return null;
  if (data.who === null) {
    return (
      <InternalHeader.Button onClick={() => void navigate({ to: "/logg-inn", search: { tilbake: href } })}>
        {words.logIn}
      </InternalHeader.Button>
    );
  }
  const { name, roles } = data.who;
  const role = roles.filter((one) => one !== "program").map((one) => t.identity.roles[one] ?? one);
  const what = role.length > 2 ? `${role.slice(0, 2).join(", ")} …` : role.join(", ");
  return (
    <ActionMenu>
      <ActionMenu.Trigger>
        <InternalHeader.Button aria-label={`${words.menu}: ${name}`}>
          <PersonIcon aria-hidden fontSize="1.5rem" />
          {!narrow && name}
        </InternalHeader.Button>
      </ActionMenu.Trigger>
      <ActionMenu.Content>
        <ActionMenu.Group label={what === "" ? name : `${name} · ${what}`}>
          <LeaveItems />
        </ActionMenu.Group>
      </ActionMenu.Content>
    </ActionMenu>
  );
}

function LeaveItems() {
  const t = useText();
  const words = t.identity.header;
  const queries = useQueryClient();
  const leave = async (everywhere: boolean) => {
    if (everywhere) await session.logOutEverywhere();
    else await session.logOut();
    queries.clear();
    const channel = new BroadcastChannel(CHANNEL);
    channel.postMessage("changed");
    channel.close();
    location.assign("/logg-inn");
  };
  return (
    <>
      <ActionMenu.Item onSelect={() => void leave(false)} icon={<LeaveIcon aria-hidden />}>
        {words.logOut}
      </ActionMenu.Item>
      <ActionMenu.Item onSelect={() => void leave(true)}>{words.everywhere}</ActionMenu.Item>
    </>
  );
}
