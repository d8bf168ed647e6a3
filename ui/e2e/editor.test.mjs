/** The editor of knowledge: by keys alone, with lists to choose from, and nothing typed is lost by leaving. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { isMock, openPage, startBrowser, startServer } from "./browser.mjs";
import { overflow, ready, tabTo, violations } from "./steps.mjs";

let server;
let browser;
before(async () => {
  server = await startServer();
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await server?.close();
});

const made = { skip: isMock ? false : "writes into the mock only" };

async function write(page) {
  await page.goto(`${server.url}/kunnskap`);
  const begin = page.getByRole("button", { name: "Ny artikkel" });
  await begin.focus();
  await page.keyboard.press("Enter");
  const title = page.getByLabel("Tittel");
  await page.waitForFunction(() => document.activeElement?.closest("form") !== null);
  assert.equal(await title.evaluate((element) => element === document.activeElement), true);
  await page.keyboard.type("Når barnet blir sykt");
}

for (const theme of ["light", "dark"]) {
  for (const width of [1440, 390]) {
    test(`whoever leaves is asked, and what was typed is there again, ${theme}, ${width} px`, made, async () => {
      const { page, troubles, close } = await openPage(browser, { url: server.url, theme, width });
      await write(page);
      await page.getByLabel("Tema", { exact: true }).selectOption({ label: "Foreldrepenger (FOR)" });
      const owners = await page.getByLabel("Eier").evaluate((input) => [...input.list.options].map(({ value }) => value));
      assert.deepEqual(owners, ["KS Troms", "KS Hordaland"]);
      const languages = await page.getByLabel("Språk", { exact: true }).locator("option").allInnerTexts();
      assert.deepEqual(languages, ["Bokmål", "Nynorsk", "Davvisámegiella (nordsamisk)", "English (engelsk)"]);
      await page.getByLabel("Språk", { exact: true }).selectOption("nn");
      await ready(page);
      assert.deepEqual(await violations(page), []);
      assert.equal(await overflow(page), 0);
      if (process.env.LINJE_SHOTS) await page.screenshot({ path: `${process.env.LINJE_SHOTS}/editor-${theme}-${width}.png`, fullPage: true });
      // To another page of the service.
      const away = page.getByRole("link", { name: "Linje", exact: true });
      await away.click();
      const question = page.getByRole("dialog", { name: "Du har ikke lagret" });
      await question.waitFor();
      assert.deepEqual(await violations(page), []);
      if (process.env.LINJE_SHOTS) await page.screenshot({ path: `${process.env.LINJE_SHOTS}/leave-${theme}-${width}.png` });
      await page.keyboard.press("Escape");
      await question.waitFor({ state: "detached" });
      assert.equal(await page.getByLabel("Tittel").inputValue(), "Når barnet blir sykt");
      await away.click();
      await question.getByRole("button", { name: "Gå videre, og behold utkastet" }).click();
      await page.waitForURL((url) => !url.pathname.startsWith("/kunnskap"));
      await page.goto(`${server.url}/kunnskap`);
      await page.getByRole("button", { name: "Ny artikkel" }).click();
      await page.getByText("Her er det du skrev sist, og ikke lagret.").waitFor();
      assert.equal(await page.getByLabel("Tittel").inputValue(), "Når barnet blir sykt");
      assert.equal(await page.getByLabel("Språk", { exact: true }).inputValue(), "nn");
      // To another article, without the draft.
      await page.locator(".guide__hit").first().click();
      await question.getByRole("button", { name: "Forkast utkastet" }).click();
      await page.getByRole("button", { name: "Ny artikkel" }).click();
      assert.equal(await page.getByLabel("Tittel").inputValue(), "");
      assert.deepEqual(troubles, []);
      await close();
    });
  }
}

test("an article is written by keys alone, and what is saved is no draft any more", made, async () => {
  const { page, troubles, close } = await openPage(browser, { url: server.url });
  await write(page);
  await page.getByLabel("Tekst").fill("Du kan være hjemme.");
  await page.getByLabel("Eier").fill("KS Troms");
  await page.getByLabel("Hva har du endret?").fill("Ny");
  await tabTo(page, page.getByRole("button", { name: "Lagre", exact: true }));
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Når barnet blir sykt" }).waitFor();
  assert.equal(await page.evaluate(() => sessionStorage.getItem("linje.article.new")), null);
  await page.getByRole("link", { name: "Linje", exact: true }).click();
  await page.waitForURL((url) => !url.pathname.startsWith("/kunnskap"));
  assert.deepEqual(troubles, []);
  await close();
});
