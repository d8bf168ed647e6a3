/** Takes pictures of every page for people to look at: node e2e/shots.mjs FOLDER [name part] */
import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { openPage, programHeaders, startBrowser, startServer } from "./browser.mjs";

const [folder = "shots", only = ""] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });

const server = await startServer();
const browser = await startBrowser();

async function shoot(name, path, { theme, width, prepare, fullPage = !name.endsWith("-rad"), height }) {
  const file = `${name}-${theme}-${width}`;
  if (!file.includes(only)) return;
  const { page, troubles, close } = await openPage(browser, { url: server.url, theme, width, height: height ?? (width < 500 ? 844 : 900) });
  await page.goto(server.url + path);
  await page.waitForLoadState("load");
  await page.waitForSelector("h1");
  await page.waitForTimeout(900);
  if (prepare) await prepare(page);
  await page.screenshot({ path: join(folder, `${file}.png`), fullPage });
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  console.log(file, overflow > 0 ? `overflow ${overflow}` : "", troubles.join(" | "));
  await close();
}

/** A lever of the mock, or a request as somebody else. */
async function lever(path, body = {}) {
  return fetch(server.url + path, {
    method: "POST",
    headers: { ...(await programHeaders(server.url)), "content-type": "application/json", "idempotency-key": crypto.randomUUID() },
    body: JSON.stringify(body),
  });
}

async function beAdviser(page, index = 0) {
  await page.getByRole("radio").nth(index).check();
  await page.locator("button[type=submit]").click();
  await page.waitForSelector(".desk__me");
}

async function getOffer(page) {
  await beAdviser(page);
  await page.locator(".desk__me select").selectOption("phone");
  await page.evaluate(() =>
    fetch("/api/v1/contacts", {
      method: "POST",
      headers: { "content-type": "application/json", "idempotency-key": crypto.randomUUID() },
      body: JSON.stringify({ channel: "voice", queue: "arbeid-helse" }),
    }),
  );
  await page.waitForSelector(".offer", { timeout: 15_000 });
}

async function accept(page) {
  await getOffer(page);
  await page.waitForTimeout(500);
  await page.keyboard.press("Enter");
  await page.waitForSelector(".call");
}

async function ringIn(page, until) {
  await page.locator(".dialler button").click();
  await page.waitForSelector(`[data-state="${until === "menu" ? "menu" : "menu"}"]`);
  if (until !== "menu") {
    await page.locator(".key").nth(1).click();
    await page.waitForSelector(`[data-state="${until}"]`, { timeout: 30_000 });
  }
  await page.waitForTimeout(700);
}

for (const theme of ["light", "dark"]) {
  for (const width of [1440, 390]) {
    const look = { theme, width };
    await shoot("trafikk", "/trafikk", look);
    await shoot("trafikk-rad", "/trafikk", {
      ...look,
      prepare: async (page) => {
        await page.locator(width > 500 ? ".queue-row button" : ".queue-cards button").first().click();
        await page.waitForTimeout(900);
      },
    });
    await shoot("demo", "/demo", look);
    await shoot("demo-meny", "/demo", { ...look, prepare: (page) => ringIn(page, "menu") });
    await shoot("demo-ko", "/demo", { ...look, prepare: (page) => ringIn(page, "queued") });
    await shoot("desk-velg", "/desk", look);
    await shoot("desk-ledig", "/desk", { ...look, prepare: beAdviser });
    await shoot("desk-tilbud", "/desk", { ...look, prepare: getOffer });
    await shoot("desk-samtale", "/desk", { ...look, prepare: accept });
    await shoot("desk-etterarbeid", "/desk", {
      ...look,
      prepare: async (page) => {
        await accept(page);
        await page.locator(".call__buttons button").last().click();
        await page.waitForSelector(".call--wrap");
        await page.waitForTimeout(400);
      },
    });
    await shoot("ukjent", "/finnes-ikke", look);
    for (const [index, name] of ["sporsmal", "beredskap", "ringes", "tider"].entries()) {
      await shoot(`trafikk-styr-${name}`, "/trafikk", {
        ...look,
        fullPage: false,
        prepare: async (page) => {
          if (index === 0) await lever("/api/v1/requests", { activity: "phone", wanted: 6 });
          await page.locator(".control__key").nth(index).click();
          await page.waitForTimeout(600);
          if (index === 1) {
            await page.getByRole("button", { name: /Slå på/ }).first().click();
            await page.getByRole("dialog").waitFor();
            await page.waitForTimeout(300);
          } else await page.locator(".control").evaluate((element) => element.scrollIntoView());
        },
      });
    }
    await shoot("tall", "/innsikt/tall", look);
    await shoot("tall-enhet", "/innsikt/tall?del=unit&def=sl_answered&periode=egne", look);
    await shoot("admin", "/admin", look);
    for (const [name, tab] of [["tider", "Åpningstider"], ["maal", "Mål"], ["tekst", "Som tekst"]]) {
      await shoot(`admin-${name}`, "/admin", { ...look, prepare: (page) => page.getByRole("tab", { name: tab }).click() });
    }
    await shoot("admin-prov", "/admin", {
      ...look,
      prepare: async (page) => {
        await page.getByLabel("Tast 2 går til").selectOption({ label: "Familie" });
        await page.getByRole("tab", { name: "Regler" }).click();
        const after = page.locator('[data-ring="1"]').getByLabel("Etter (sekunder)");
        await after.fill("20");
        await after.press("Enter");
        await page.getByText("trinn 2 begynner etter 20 s").waitFor();
        await page.getByRole("button", { name: "Prøv på gårsdagen" }).click();
        await page.locator(".try__result").waitFor();
        await page.waitForTimeout(300);
      },
    });
    await shoot("hvorfor", "/henvendelse/eksempel/hvorfor", look);
    await shoot("hvorfor-venter", "/henvendelse/eksempel-venter/hvorfor", look);
    await shoot("desk-fagekspert", "/desk", {
      ...look,
      prepare: async (page) => {
        await accept(page);
        await page.getByRole("button", { name: "Spør en fagekspert" }).click();
        await page.locator(".consult__choices").waitFor();
      },
    });
    await shoot("desk-hos-fagekspert", "/desk", {
      ...look,
      prepare: async (page) => {
        await lever("/api/v1/requests", { activity: "phone", wanted: 6 });
        await accept(page);
        await page.getByRole("button", { name: "Spør en fagekspert" }).click();
        await page.locator(".consult__choices input").first().check();
        await page.getByRole("button", { name: "Spør nå" }).click();
        await page.locator('[data-consult="active"]').waitFor();
        await lever("/__mock/desk/aside");
        await page.locator(".call--aside").waitFor();
        await page.waitForTimeout(400);
      },
    });
    await shoot("desk-ringes-opp", "/desk", {
      ...look,
      prepare: async (page) => {
        await beAdviser(page);
        await lever("/__mock/desk/dial", { ms: 60_000 });
        await page.locator(".call--dialling").waitFor();
        await page.waitForTimeout(400);
      },
    });
  }
  await shoot("vegg", "/trafikk?vegg", { theme, width: 1920, height: 1080, fullPage: false });
}

await browser.close();
await server.close();
