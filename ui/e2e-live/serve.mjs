/** `linje serve` with settings of its own, towards an issuer of somebody else (oauth2-mock-server). */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { OAuth2Server } from "oauth2-mock-server";

import { binary, until } from "./server.mjs";

/** Starts an issuer and a server that trusts it; `groups` are the issuer's groups and the roles they give. */
export async function startServe({ groups, settings = "", env = {} }) {
  const issuer = new OAuth2Server();
  await issuer.issuer.keys.generate("RS256");
  await issuer.start(0, "127.0.0.1");
  issuer.issuer.url = `http://127.0.0.1:${issuer.address().port}`;
  const served = { issuer: issuer.issuer, claims: {} };
  issuer.service.on("beforeTokenSigning", (token) => Object.assign(token.payload, served.claims));
  const folder = mkdtempSync(join(tmpdir(), "linje-serve-"));
  const file = join(folder, "linje.toml");
  const roles = Object.entries(groups).map(([group, role]) => `"${group}" = "${role}"`);
  writeFileSync(
    file,
    `[[issuer]]\nid = "foreign"\nname = "Fremmed"\nurl = "${issuer.issuer.url}"\nkind = "staff"\nclient_id = "linje"\ngroups = { ${roles.join(", ")} }\n\n${settings}`,
  );
  const ready = join(folder, "ready.json");
  const child = spawn(
    binary(),
    ["serve", "--config", file, "--http", "127.0.0.1:0", "--sip", "127.0.0.1:0", "--data", join(folder, "data"), "--ready-file", ready],
    { stdio: "ignore", cwd: folder, env: { ...process.env, ...env } },
  );
  process.once("exit", () => child.kill("SIGKILL"));
  await until("the server is ready", () => existsSync(ready), 60_000);
  const said = JSON.parse(readFileSync(ready, "utf8"));
  assert.equal(said.token_url, undefined, "a service for work gives no tokens of its own");
  served.url = `http://${said.http}`;
  served.logIn = (change) => logIn(served.url, change);
  served.close = async () => {
    child.kill("SIGTERM");
    await issuer.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return served;
}

/** The browser's way, by hand: where it ends, and the cookie. `change` may forge the way back. */
async function logIn(server, change = (place) => place) {
  const jar = new Map();
  const go = async (url) => {
    const own = url.startsWith(server);
    const cookie = own ? [...jar].map(([name, value]) => `${name}=${value}`).join("; ") : "";
    const reply = await fetch(url, { redirect: "manual", headers: { cookie } });
    for (const set of own ? reply.headers.getSetCookie() : []) {
      const [, name, value] = set.match(/^([^=]+)=([^;]*)/);
      if (set.includes("Max-Age=0")) jar.delete(name);
      else jar.set(name, value);
    }
    return new URL(reply.headers.get("location"), url).href;
  };
  const issuerPage = await go(`${server}/api/v1/session/login?issuer=foreign&back=/trafikk`);
  const callback = change(await go(issuerPage));
  return { end: await go(callback), cookie: jar.get("__Host-linje") };
}
