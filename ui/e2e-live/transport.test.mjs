/** How a service for work is reached: TLS of its own, or one trusted proxy; by its public name alone. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { startServe } from "./serve.mjs";

const NAME = "linje.example.no";
const LOGIN = "/api/v1/session/login?issuer=foreign&back=/trafikk";

/** One request to the port of `url`; the status, the headers and the text, or what broke the connection. */
function ask(protocol, url, { path = "/", name = NAME, ...options } = {}) {
  const { port } = new URL(url);
  return new Promise((done) => {
    const request = protocol.get(
      { host: "127.0.0.1", port, path, servername: name, headers: { host: name }, agent: false, timeout: 5_000, ...options },
      (reply) => {
        let text = "";
        reply.on("data", (part) => (text += part));
        reply.on("end", () => done({ status: reply.statusCode, headers: reply.headers, text }));
      },
    );
    request.on("timeout", () => request.destroy(new Error("no answer")));
    request.on("error", (error) => done({ broken: error.message }));
  });
}

test("over TLS: the page, a cookie for TLS alone, no other name, no open text", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "linje-tls-"));
  const [cert, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  try {
    const subject = ["-subj", `/CN=${NAME}`, "-addext", `subjectAltName=DNS:${NAME}`];
    execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", key, "-out", cert, ...subject], { stdio: "ignore" });
  } catch (error) {
    rmSync(folder, { recursive: true });
    if (error.code !== "ENOENT") throw error;
    t.skip("openssl is not here");
    return;
  }
  const settings = `[http]\npublic_url = "https://${NAME}"\ntls_cert = "${cert}"\ntls_key = "${key}"\n`;
  const linje = await startServe({ groups: { "g-1": "leader" }, settings });
  try {
    const ca = readFileSync(cert);
    const page = await ask(https, linje.url, { ca });
    assert.equal(page.status, 200, page.broken);
    assert.match(page.headers["strict-transport-security"] ?? "", /max-age=\d+/);
    const begun = await ask(https, linje.url, { ca, path: LOGIN });
    assert.match(begun.headers.location ?? "", new RegExp(encodeURIComponent(`https://${NAME}/`)));
    for (const cookie of begun.headers["set-cookie"]) assert.match(cookie, /^__Host-.*; Secure/);
    const other = await ask(https, linje.url, { ca, name: "evil.example", path: LOGIN, checkServerIdentity: () => undefined });
    assert.ok(other.status >= 400, `another name got ${other.status}`);
    const open = await ask(http, linje.url);
    assert.ok(open.broken, `open text got ${open.status}`);
    const old = await ask(https, linje.url, { ca, maxVersion: "TLSv1.1", minVersion: "TLSv1.1" });
    assert.ok(old.broken, "TLS 1.1 was spoken");
  } finally {
    await linje.close();
    rmSync(folder, { recursive: true });
  }
});

test("behind a trusted proxy: open text to it, and still a cookie for TLS alone", async () => {
  const settings = `[http]\npublic_url = "https://${NAME}"\ntrusted_proxy = "127.0.0.1"\n`;
  const linje = await startServe({ groups: { "g-1": "leader" }, settings });
  try {
    const page = await ask(http, linje.url);
    assert.equal(page.status, 200, page.broken);
    const begun = await ask(http, linje.url, { path: LOGIN });
    for (const cookie of begun.headers["set-cookie"]) assert.match(cookie, /^__Host-.*; Secure/);
  } finally {
    await linje.close();
  }
});
