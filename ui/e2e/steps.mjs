/** What a person does on the pages, for the tests. Nothing here sleeps: it waits for what can be seen. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Violations in short, so that a failing test says where. */
export async function violations(page) {
  await page.evaluate(AXE);
  // A colour on its way to another is neither of the two.
  await page.evaluate(() =>
    Promise.all(
      document
        .getAnimations()
        .filter((animation) => animation.effect?.getComputedTiming().endTime !== Infinity)
        .map((animation) => animation.finished.catch(() => undefined)),
    ),
  );
  const found = await page.evaluate(
    (tags) => window.axe.run(document, { runOnly: { type: "tag", values: tags } }),
    RULES,
  );
  return found.violations.flatMap((rule) =>
    rule.nodes.map((node) => `${rule.id}: ${node.target.join(" ")} (${node.failureSummary.split("\n")[1]?.trim()})`),
  );
}

/** How many pixels the page is wider than the window. */
export function overflow(page) {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** Waits until the page has shown what it came for. */
export async function ready(page) {
  await page.locator("h1").first().waitFor({ state: "attached" });
  await page.waitForFunction(() => document.querySelector("[aria-busy='true']") === null);
  await page.evaluate(() => document.fonts.ready);
}

/** Presses Tab until `target` has the focus. */
export async function tabTo(page, target, most = 120) {
  for (let pressed = 0; pressed < most; pressed++) {
    if (await target.evaluate((element) => element === document.activeElement).catch(() => false)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab never reached ${target}`);
}

/** Becomes a free adviser, with the mouse. */
export async function beAdviser(page, url) {
  await page.goto(`${url}/desk`);
  await page.getByRole("radio").first().check();
  await page.locator("main button[type=submit]").click();
  await page.locator(".desk__me").waitFor();
}

export async function takePhone(page, shown = /Ledig|Free/) {
  await page.locator(".desk__me select").selectOption("phone");
  await page.locator(".desk__me .aksel-tag", { hasText: shown }).waitFor();
}

/** Rings in from the page; stops when the call is in `state`. */
export async function ringIn(page, url, { answeredBy = "synthetic", key = "2", state = "queued" } = {}) {
  await page.goto(`${url}/demo`);
  const radios = page.locator(".dialler").getByRole("radio");
  await radios.nth(answeredBy === "me" ? 1 : 0).check();
  await page.locator(".dialler button").last().click();
  await inCallState(page, "menu");
  if (state === "menu") return;
  await page.locator(`.key`, { hasText: key }).click();
  await inCallState(page, state);
}

/** Waits for a state of the call, or one that comes after it. */
export async function inCallState(page, state, timeout = 45_000) {
  const order = ["ringing", "menu", "queued", "offered", "active", "held", "wrap_up", "closed"];
  const wanted = order.slice(order.indexOf(state));
  await page.locator(wanted.map((each) => `.call-status[data-state="${each}"]`).join(", ")).waitFor({ timeout });
}

/** Finishes a wrap-up as one that was solved. */
export async function wrapUp(page) {
  await page.getByRole("radio", { name: /^Ja, løst/ }).check();
  await page.getByRole("button", { name: /^Ferdig/ }).click();
}

export async function leaveDesk(page) {
  await page.getByRole("button", { name: /Gå ut|Leave/ }).click();
  await page.getByRole("radio").first().waitFor();
}
