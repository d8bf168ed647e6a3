/** A call that is put on the desk by the server itself, answered and wrapped up, for tests of what is done meanwhile. */
import { randomUUID } from "node:crypto";

import { programHeaders } from "./browser.mjs";
import { beAdviser, leaveDesk, takePhone, wrapUp } from "./steps.mjs";

/** Says something to a server, as a program that may do everything. */
export const teller = (url) => async (path, body = {}) =>
  fetch(url + path, {
    method: "POST",
    headers: { ...(await programHeaders(url)), "content-type": "application/json", "idempotency-key": randomUUID() },
    body: JSON.stringify(body),
  });

/** A call on the desk, answered. */
export async function takeCall(page, url) {
  await beAdviser(page, url);
  await takePhone(page);
  await teller(url)("/api/v1/contacts", { channel: "voice", queue: "arbeid-helse" });
  await page.locator(".offer").waitFor({ timeout: 45_000 });
  await page.getByRole("button", { name: /^Svar/ }).click();
  await page.locator(".call__timer").waitFor();
}

/** Ends the call, wraps up, and leaves the desk. */
export async function endCall(page) {
  await page.getByRole("button", { name: "Avslutt", exact: true }).click();
  await wrapUp(page);
  await page.locator(".idle").waitFor();
  await leaveDesk(page);
}
