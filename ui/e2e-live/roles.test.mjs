/** What a page says of roles, held against the server's own table: nobody is shown a page whose answers are refused. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { openPage, startBrowser } from "../e2e/browser.mjs";
import { ready } from "../e2e/steps.mjs";
import { startLinje } from "./server.mjs";

const PEOPLE = {
  adviser: ["entra", "K990001"],
  traffic_controller: ["entra", "K980001"],
  leader: ["entra", "K980002"],
  administrator: ["entra", "K980003"],
  access_auditor: ["entra", "K980004"],
  subject_owner: ["entra", "K980005"],
  citizen: ["idporten", "bruker-1"],
};
const PAGES = ["/min-side", "/trafikk", "/desk", "/kunnskap", "/team", "/innsikt/tall", "/innsikt/kontrolltiltak", "/admin", "/kontroll"];

let linje;
let browser;
before(async () => {
  linje = await startLinje();
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await linje?.close();
});

/** Whether the server refuses something for the roles of whoever asks; what is wrong in other ways does not count. */
async function isRefused(page, method, path) {
  return page.evaluate(
    async ([how, where]) => {
      const headers = { "content-type": "application/json", "idempotency-key": crypto.randomUUID() };
      const reply = await fetch(`/api/v1${where}`, { method: how, headers, body: how === "GET" ? undefined : "{}" });
      return reply.status === 403;
    },
    [method, path],
  );
}

for (const [role, [issuer, ident]] of Object.entries(PEOPLE)) {
  test(`${role}: each page either opens without a refusal or says whom it is for`, async () => {
    const { page, close } = await openPage(browser, { url: linje.url, as: "nobody", width: 1920 });
    const asked = new URLSearchParams({ issuer, back: "/tilgjengelighet", hint: ident });
    await page.goto(`${linje.url}/api/v1/session/login?${asked}`);
    await page.waitForURL(`${linje.url}/tilgjengelighet`);
    const refused = [];
    page.on("response", (reply) => reply.status() === 403 && refused.push(new URL(reply.url()).pathname));
    await page.locator(".header-nav a").first().waitFor();
    const menu = await page.locator(".header-nav a").evaluateAll((links) => links.map((link) => link.getAttribute("href")));
    let opened = 0;
    for (const path of PAGES) {
      refused.length = 0;
      await page.goto(linje.url + path);
      await ready(page);
      await page.waitForLoadState("networkidle", { timeout: 2_000 }).catch(() => undefined);
      const isFor = await page.getByText(/^Denne siden er for /).count();
      assert.deepEqual(refused, [], `${path} asks for what ${role} may not have`);
      if (menu.includes(path)) assert.equal(isFor, 0, `${path} is in the menu of ${role} and closed to them`);
      if (path === "/team") assert.equal(isFor === 0, menu.includes(path), "who opens Team finds it in the menu");
      opened += isFor === 0 ? 1 : 0;
    }
    assert.ok(opened > 0, "something opens");
    if (role !== "citizen") {
      await page.goto(`${linje.url}/kunnskap`);
      await ready(page);
      const writes = (await page.getByRole("button", { name: "Ny artikkel" }).count()) === 1;
      assert.equal(writes, !(await isRefused(page, "POST", "/knowledge")), "who may write sees how");
      const edits = await isRefused(page, "POST", "/centre/check");
      assert.equal(menu.includes("/admin"), !edits, "who may try a change sees Senter");
    }
    await close();
  });
}
