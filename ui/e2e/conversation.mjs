/** An adviser and a citizen who talk, for the tests of what is done meanwhile. */
import assert from "node:assert/strict";

import { openPage } from "./browser.mjs";
import { beAdviser, inCallState, leaveDesk, ringIn, takePhone, wrapUp } from "./steps.mjs";

/** An adviser in a call, and the page of who rang. */
export async function inCall(browser, url, settings = {}) {
  const desk = await openPage(browser, { url, ...settings });
  const caller = await openPage(browser, { url });
  await beAdviser(desk.page, url);
  await takePhone(desk.page);
  await ringIn(caller.page, url, { answeredBy: "me" });
  await desk.page.locator(".offer").waitFor({ timeout: 45_000 });
  await desk.page.getByRole("button", { name: /^Svar/ }).click();
  await inCallState(caller.page, "active");
  await desk.page.getByLabel("Notat som bruker kan lese").waitFor();
  const end = async () => {
    const hangUp = desk.page.getByRole("button", { name: "Avslutt", exact: true });
    if (await hangUp.isVisible()) {
      await hangUp.click();
      await wrapUp(desk.page);
      await desk.page.locator(".idle").waitFor();
    }
    await leaveDesk(desk.page).catch(() => undefined);
    assert.deepEqual([...desk.troubles, ...caller.troubles], []);
    await caller.close();
    await desk.close();
  };
  return { page: desk.page, end };
}
