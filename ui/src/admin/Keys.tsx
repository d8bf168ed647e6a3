import { BodyShort, Heading, Select } from "@navikt/ds-react";

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
  return (
    <section className="admin__group">
      <Heading level="2" size="xsmall">
        {t.admin.keys.menu(menu.name, menu.step)}
      </Heading>
      <div className="admin__fields">
        {menu.keys.map((key, index) => (
          <Select
            key={key.key}
            label={t.admin.keys.key(key.key)}
            size="small"
            value={key.to}
            onChange={(event) => draft.edit([{ path: `${path}.${index}.to`, value: event.target.value }])}
          >
            {withOwn(menu.targets, key).map(({ id, label }) => (
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
