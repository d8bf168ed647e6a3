/** Towards an issuer of somebody else (oauth2-mock-server): `linje serve` with an [[issuer]] in its settings. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { startServe } from "./serve.mjs";
import { until } from "./server.mjs";

let linje;

before(async () => {
  linje = await startServe({ groups: { "g-1": "leader" } });
});

after(() => linje?.close());

const get = (path, headers) => fetch(`${linje.url}/api/v1${path}`, { headers });

test("a foreign issuer's word is taken, and its groups are roles", async () => {
  linje.claims = { NAVident: "K100001", groups: ["g-1", "g-2"], name: "Syntetisk Leder" };
  const { end, cookie } = await linje.logIn();
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
    linje.claims = { NAVident: "K100001", groups: ["g-1"], ...change };
    const { end, cookie } = await linje.logIn();
    assert.equal(end, `${linje.url}/logg-inn?feil=avvist`, JSON.stringify(change));
    assert.equal(cookie, undefined);
  }
  linje.claims = {};
  const { end } = await linje.logIn((place) => place.replace(/state=[^&]+/, "state=forged"));
  assert.equal(end, `${linje.url}/logg-inn?feil=utdatert`);
});

test("a program's token of the foreign issuer counts, and one for somebody else does not", async () => {
  const token = async (change) => {
    const text = await linje.issuer.buildToken({
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
  await linje.issuer.keys.generate("ES256");
  const text = await linje.issuer.buildToken({
    kid: linje.issuer.keys.toJSON().at(-1).kid,
    scopesOrTransform: (_, payload) => Object.assign(payload, { sub: "robot", aud: "linje-api", roles: ["g-1"] }),
  });
  const ok = async () => (await get("/traffic", { authorization: `Bearer ${text}` })).status === 200;
  await until("the new key is known", ok);
  assert.equal((await fetch(`${linje.url}/entra/.well-known/openid-configuration`)).status, 404);
  assert.equal((await get("/demo")).status, 404);
});
