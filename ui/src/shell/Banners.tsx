import { ExclamationmarkTriangleFillIcon } from "@navikt/aksel-icons";
import { BodyShort } from "@navikt/ds-react";
import type { ReactNode } from "react";

import { useLostSince } from "../api/connection";
import { useFormat, useText } from "../common/settings";
import { useHealth } from "./health";

/** What is wrong now, said once, at the top of every page. */
export function Banners() {
  const t = useText();
  const format = useFormat();
  const lostSince = useLostSince();
  const { store } = useHealth();

  return (
    <div role="status" className="banners">
      {lostSince !== null && (
        <Banner color="danger" title={t.banner.lostTitle}>
          {t.banner.lost(format.time(lostSince))}
        </Banner>
      )}
      {store && !store.ok && (
        <Banner color="warning" title={t.banner.storeTitle}>
          {t.banner.store} {store.detail}
        </Banner>
      )}
    </div>
  );
}

function Banner({ color, title, children }: { color: "danger" | "warning"; title: string; children: ReactNode }) {
  return (
    <div className="banner" data-color={color}>
      <ExclamationmarkTriangleFillIcon aria-hidden fontSize="1.5rem" />
      <BodyShort as="div">
        <strong>{title}.</strong> {children}
      </BodyShort>
    </div>
  );
}
