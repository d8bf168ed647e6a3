/** Towards an issuer of somebody else (oauth2-mock-server): `linje serve` with an [[issuer]] in its settings. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { OAuth2Server } from "oauth2-mock-server";

import { binary, until } from "./server.mjs";

let issuer;
let linje;
let folder;
let claims = {};

before(async () => {
  issuer = new OAuth2Server();
  await issuer.issuer.keys.generate("RS256");
  await issuer.start(0, "127.0.0.1");
  issuer.issuer.url = `http://127.0.0.1:${issuer.address().port}`;
  issuer.service.on("beforeTokenSigning", (token) => Object.assign(token.payload, claims));
  folder = mkdtempSync(join(tmpdir(), "linje-issuer-"));
  const settings = join(folder, "linje.toml");
  writeFileSync(
    settings,
    `[[issuer]]\nid = "foreign"\nname = "Fremmed"\nurl = "${issuer.issuer.url}"\nkind = "staff"\nclient_id = "linje"\ngroups = { "g-1" = "leader" }\n`,
  );
  const ready = join(folder, "ready.json");
  const child = spawn(
    binary(),
    ["serve", "--config", settings, "--http", "127.0.0.1:0", "--sip", "127.0.0.1:0", "--data", join(folder, "data"), "--ready-file", ready],
    { stdio: "ignore", cwd: folder },
  );
  process.once("exit", () => child.kill("SIGKILL"));
  await until("the server is ready", () => existsSync(ready), 60_000);
  const said = JSON.parse(readFileSync(ready, "utf8"));
  assert.equal(said.token_url, undefined, "a service for work gives no tokens of its own");
  linje = { url: `http://${said.http}`, child };
});

after(async () => {
  linje?.child.kill("SIGTERM");
  await issuer?.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

/** The browser's way, by hand. */
async function logIn(change = (place) => place) {
  const jar = new Map();
  const go = async (url) => {
    const own = url.startsWith(linje.url);
    const cookie = own ? [...jar].map(([name, value]) => `${name}=${value}`).join("; ") : "";
    const reply = await fetch(url, { redirect: "manual", headers: { cookie } });
    for (const set of own ? reply.headers.getSetCookie() : []) {
      const [, name, value] = set.match(/^([^=]+)=([^;]*)/);
      if (set.includes("Max-Age=0")) jar.delete(name);
      else jar.set(name, value);
    }
    return new URL(reply.headers.get("location"), url).href;
  };
  const issuerPage = await go(`${linje.url}/api/v1/session/login?issuer=foreign&back=/trafikk`);
  const callback = change(await go(issuerPage));
  return { end: await go(callback), cookie: jar.get("__Host-linje") };
}

const get = (path, headers) => fetch(`${linje.url}/api/v1${path}`, { headers });

test("a foreign issuer's word is taken, and its groups are roles", async () => {
  claims = { NAVident: "K100001", groups: ["g-1", "g-2"], name: "Syntetisk Leder" };
  const { end, cookie } = await logIn();
  assert.equal(end, `${linje.url}/trafikk`);
  const session = await (await get("/session", { cookie: `__Host-linje=${cookie}` })).json();
  assert.deepEqual([session.who.ident, session.who.roles, session.demo], ["K100001", ["leader"], false]);
  assert.equal((await get("/traffic", { cookie: `__Host-linje=${cookie}` })).status, 200);
});

test("what the issuer says wrongly is refused", async () => {
  const wrong = [
    { nonce: "another" },
    { aud: "somebody-else" },
    { iss: "https://evil.example" },
    { exp: 1 },
    { iat: 4_000_000_000 },
  ];
  for (const change of wrong) {
    claims = { NAVident: "K100001", groups: ["g-1"], ...change };
    const { end, cookie } = await logIn();
    assert.equal(end, `${linje.url}/logg-inn?feil=avvist`, JSON.stringify(change));
    assert.equal(cookie, undefined);
  }
  claims = {};
  const { end } = await logIn((place) => place.replace(/state=[^&]+/, "state=forged"));
  assert.equal(end, `${linje.url}/logg-inn?feil=utdatert`);
});

test("a program's token of the foreign issuer counts, and one for somebody else does not", async () => {
  const token = async (change) => {
    const text = await issuer.issuer.buildToken({
      scopesOrTransform: (_, payload) => Object.assign(payload, { sub: "robot", aud: "linje-api", roles: ["g-1"] }, change),
    });
    return { authorization: `Bearer ${text}` };
  };
  assert.equal((await get("/traffic", await token({}))).status, 200);
  assert.equal((await get("/traffic", await token({ aud: "linje" }))).status, 401);
  assert.equal((await get("/traffic", await token({ roles: [] }))).status, 403);
  assert.equal((await get("/traffic", await token({ exp: 1 }))).status, 401);
});

test("keys that the issuer has changed are fetched again, and the development issuer is not here", async () => {
  await issuer.issuer.keys.generate("ES256");
  const text = await issuer.issuer.buildToken({
    kid: issuer.issuer.keys.toJSON().at(-1).kid,
    scopesOrTransform: (_, payload) => Object.assign(payload, { sub: "robot", aud: "linje-api", roles: ["g-1"] }),
  });
  const ok = async () => (await get("/traffic", { authorization: `Bearer ${text}` })).status === 200;
  await until("the new key is known", ok);
  assert.equal((await fetch(`${linje.url}/entra/.well-known/openid-configuration`)).status, 404);
  assert.equal((await get("/demo")).status, 404);
});
