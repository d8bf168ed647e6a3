import { BodyShort, Heading, InlineMessage, Select } from "@navikt/ds-react";
import { useState } from "react";

import type { OutlineMenu } from "../api/types";
import { useText } from "../common/settings";
import type { Draft } from "./useDraft";

/** Menus as those who call meet them: each key and where it leads. */
export function Keys({ draft }: { draft: Draft }) {
  const t = useText();
  const menus = draft.outline.menus.filter(({ keys }) => keys.length > 0);
  if (menus.length === 0) return <BodyShort className="empty">{t.admin.keys.empty}</BodyShort>;
  return (
    <>
      <BodyShort size="small">{t.admin.keys.lead}</BodyShort>
      {menus.map((menu) => (
        <Menu key={`${menu.flow}.${menu.step}`} menu={menu} draft={draft} />
      ))}
    </>
  );
}

function Menu({ menu, draft }: { menu: OutlineMenu; draft: Draft }) {
  const t = useText();
  const path = `flow.${menu.flow}.${menu.step}.keys`;
  const [told, setTold] = useState<string | null>(null);
  const targets = menu.keys.reduce(withOwn, menu.targets);
  const name = (to: string) => targets.find(({ id }) => id === to)?.label ?? to;
  /** A key that takes what another one has gives its own for it: each is still led to. */
  const lead = (index: number, to: string) => {
    const from = menu.keys[index];
    if (!from || from.to === to) return;
    const edits = [{ path: `${path}.${index}.to`, value: to }];
    const other = menu.keys.findIndex((key, place) => place !== index && key.to === to);
    const isLeft = menu.keys.some((key, place) => place !== index && key.to === from.to);
    const swapped = other >= 0 && !isLeft ? menu.keys[other] : undefined;
    if (swapped) edits.push({ path: `${path}.${other}.to`, value: from.to });
    setTold(swapped ? t.admin.keys.swapped(from.key, name(to), swapped.key, name(from.to)) : null);
    draft.edit(edits);
  };
  return (
    <section className="admin__group">
      <Heading level="2" size="xsmall">
        {menu.name}
      </Heading>
      <div role="status">{told && draft.isChanged && <InlineMessage status="info">{told}</InlineMessage>}</div>
      <div className="admin__fields">
        {menu.keys.map((key, index) => (
          <Select
            key={key.key}
            label={t.admin.keys.key(key.key)}
            size="small"
            value={key.to}
            onChange={(event) => lead(index, event.target.value)}
          >
            {targets.map(({ id, label }) => (
              <option key={id} value={id}>
                {label}
              </option>
            ))}
          </Select>
        ))}
      </div>
    </section>
  );
}

/** Where a key leads now is always among the choices. */
function withOwn(targets: OutlineMenu["targets"], key: OutlineMenu["keys"][number]): OutlineMenu["targets"] {
  return targets.some(({ id }) => id === key.to) ? targets : [...targets, { id: key.to, label: key.label }];
}
