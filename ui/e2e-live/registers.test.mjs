/** `linje serve` with `[registers]`: the real contracts are spoken, faults are named, and the row comes first. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";

import { startServe } from "./serve.mjs";
import { until } from "./server.mjs";

const SECRET = "hemmelig-i-denne-proven";
const BLID = "15838510075";
const NOBODY = "01820190080";

let registers;
let linje;
let adviser;
let auditor;

/** Registers that answer in the shapes of the real ones; `trouble` makes the register of people fail. */
async function standIns() {
  const asked = [];
  const state = { asked, trouble: null };
  const server = createServer((request, reply) => {
    let body = "";
    request.on("data", (part) => (body += part));
    request.on("end", () => {
      asked.push({ url: request.url, headers: request.headers, body });
      const send = (status, what) => {
        reply.writeHead(status, { "content-type": "application/json" });
        reply.end(JSON.stringify(what));
      };
      if (request.url === "/token") return send(200, { access_token: `for ${new URLSearchParams(body).get("scope")}`, expires_in: 3600 });
      if (request.url.startsWith("/krr")) return send(200, { personer: { [BLID]: { aktiv: true, kanVarsles: true, reservert: false, spraak: "nn" } }, feil: {} });
      if (state.trouble) return send(state.trouble, {});
      const { variables } = JSON.parse(body);
      if (variables.ident !== BLID) return send(200, { data: { hentPerson: null, hentGeografiskTilknytning: null } });
      return send(200, { data: { hentPerson: person(), hentGeografiskTilknytning: { gtType: "KOMMUNE", gtKommune: "1804" } } });
    });
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  return Object.assign(state, { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() });
}

function person() {
  return {
    navn: [{ fornavn: "Blid", mellomnavn: null, etternavn: "Fjellkopp" }],
    foedselsdato: [{ foedselsdato: "1985-03-15" }],
    kjoenn: [{ kjoenn: "KVINNE" }],
    doedsfall: [],
    adressebeskyttelse: [{ gradering: "UGRADERT" }],
    folkeregisterpersonstatus: [{ status: "bosatt" }],
    sivilstand: [],
    statsborgerskap: [{ land: "NOR" }],
    forelderBarnRelasjon: [],
    bostedsadresse: [{ gyldigFraOgMed: "2020-01-01", vegadresse: { adressenavn: "Prøvestien", husnummer: "7", husbokstav: null, postnummer: "8006" } }],
    kontaktadresse: [],
    telefonnummer: [{ landskode: "+47", nummer: "59000011", prioritet: 1 }],
    sikkerhetstiltak: [],
    vergemaalEllerFremtidsfullmakt: [],
    tilrettelagtKommunikasjon: [],
  };
}

before(async () => {
  registers = await standIns();
  linje = await startServe({
    groups: { "g-1": "adviser", "g-2": "access_auditor" },
    env: { LINJE_REGISTERS_SECRET: SECRET },
    settings: `[registers]
token_url = "${registers.url}/token"

[registers.pdl]
url = "${registers.url}/pdl"
scope = "api://pdl/.default"
behandlingsnummer = "B123"

[registers.krr]
url = "${registers.url}/krr"
scope = "api://krr/.default"
`,
  });
  adviser = await cookie("K100001", "g-1");
  auditor = await cookie("K100002", "g-2");
});

after(async () => {
  await linje?.close();
  registers?.close();
});

async function cookie(NAVident, group) {
  linje.claims = { NAVident, groups: [group], name: "Syntetisk Ansatt" };
  const { cookie } = await linje.logIn();
  assert.ok(cookie, "logged in");
  return `__Host-linje=${cookie}`;
}

async function open(fnr) {
  const headers = { cookie: adviser, origin: linje.url, "content-type": "application/json", "idempotency-key": crypto.randomUUID() };
  const body = JSON.stringify({ fnr, reason: "Prøver registre som er koblet til" });
  const reply = await fetch(`${linje.url}/api/v1/persons/open`, { method: "POST", headers, body });
  return { status: reply.status, body: await reply.json() };
}

async function readings() {
  const reply = await fetch(`${linje.url}/api/v1/access/readings`, { headers: { cookie: auditor } });
  assert.equal(reply.status, 200, await reply.clone().text());
  return (await reply.json()).items;
}

test("a person is asked for as the registers want it, and what is not connected is named", async () => {
  const { status, body } = await open(BLID);
  assert.equal(status, 200, JSON.stringify(body));
  assert.equal(body.person.name, "Blid Fjellkopp");
  assert.equal(body.preferences.language, "nn");
  const to = (place) => registers.asked.filter(({ url }) => url.startsWith(place));
  const [asked] = to("/pdl");
  assert.equal(asked.headers.authorization, "Bearer for api://pdl/.default");
  assert.deepEqual([asked.headers.behandlingsnummer, asked.headers.tema], ["B123", "GEN"]);
  assert.equal(to("/krr")[0].headers.authorization, "Bearer for api://krr/.default");
  assert.ok(registers.asked.every(({ url }) => !url.includes(BLID)), "a number in an address");
  const failed = body.failed.map(({ register }) => register);
  assert.ok(failed.length > 0 && !failed.includes("persons") && !failed.includes("preferences"), JSON.stringify(body.failed));
});

test("nobody is nobody, a register that fails is named, and each try has its row", async () => {
  const before = (await readings()).length;
  assert.equal((await open(NOBODY)).status, 404);
  registers.trouble = 500;
  const down = await open(BLID);
  assert.deepEqual([down.status, down.body.code], [503, "register_failed"]);
  registers.trouble = null;
  await until("the register is asked again", async () => (await open(BLID)).status === 200, 30_000);
  const rows = await readings();
  assert.ok(rows.length >= before + 3, `${rows.length} rows after ${before}`);
  const codes = rows.map(({ code }) => code);
  assert.ok(codes.includes("UKJENT") && codes.includes("REGISTER"), String(codes));
  assert.ok(!JSON.stringify(rows).includes(BLID), "a number in the audit's list");
});
