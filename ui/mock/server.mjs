/**
 * A stand-in for the Linje server, for work on the pages and for their tests: the HTTP contract with a small,
 * lively centre behind it. Plain Node. It must never be taken for the real rules: nothing here routes rightly.
 *
 *   node mock/server.mjs [port]      serves ../dist and the contract
 */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { Centre } from "./centre.mjs";
import { People } from "./people.mjs";
import { Guide } from "./guide.mjs";
import { Own } from "./own.mjs";
import { promptWav } from "./sound.mjs";

const DIST = fileURLToPath(new URL("../dist/", import.meta.url));
const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

/** Whoever opens a page of the mock has logged in and may do everything. */
const SOMEBODY = {
  who: {
    ident: "K990001",
    name: "Syntetisk Person",
    unit: null,
    roles: ["citizen", "adviser", "leader", "traffic_controller", "subject_owner", "access_auditor", "administrator", "program"],
    has_desk: true,
    issuer: "entra",
  },
  issuers: [{ id: "entra", name: "Ansatt", kind: "staff" }],
  idle_s: 1800,
  ends_at: null,
  idle_left_s: null,
  demo: true,
};

export async function startMock({ port = 0, dist = DIST } = {}) {
  const centre = new Centre();
  const people = new People();
  centre.people = people;
  const own = new Own();
  const guide = new Guide(centre);
  const streams = new Set();
  let refuseUntil = 0;
  let broken = null;
  /** What whoever opens a page is here as, when a test says so. */
  let roles = null;
  let unit = null;

  const server = createServer(async (request, response) => {
    const url = new URL(request.url, "http://mock");
    try {
      if (url.pathname.startsWith("/__mock/")) return await control(request, response, url);
      if (url.pathname.startsWith("/api/v1/")) {
        if (broken !== null && url.pathname.includes(broken)) throw new Problem(503, "Ikke nå", "Dette svarer ikke akkurat nå.");
        if (performance.now() < refuseUntil) return request.socket.destroy();
        return await answer(request, response, url);
      }
      return await file(response, url.pathname);
    } catch (error) {
      if (error instanceof Problem) return problem(response, error);
      console.error(error);
      return problem(response, new Problem(500, "Noe gikk galt i etterligningen", String(error)));
    }
  });

  /** Levers for tests: break the store or one endpoint, cut the streams, put things on a desk. */
  async function control(request, response, url) {
    const body = await read(request);
    if (url.pathname === "/__mock/store") centre.store = body;
    if (url.pathname.startsWith("/__mock/desk/")) centre.extras.lever(url.pathname.slice("/__mock/desk/".length), body);
    if (url.pathname === "/__mock/people") people.lever(body);
    if (url.pathname === "/__mock/roles") [roles, unit] = [body.roles, body.unit ?? null];
    if (url.pathname === "/__mock/guide") guide.lever(body);
    if (url.pathname === "/__mock/own") own.lever(body);
    if (url.pathname === "/__mock/cut") {
      refuseUntil = performance.now() + (body.ms ?? 3000);
      for (const stream of streams) stream.destroy();
    }
    if (url.pathname === "/__mock/break") broken = body.path ?? null;
    centre.emitTraffic(true);
    send(response, 204);
  }

  function stream(request, response, event, first, subscribe) {
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    const write = (name, value, id) =>
      response.write(`${id ? `id: ${id}\n` : ""}event: ${name}\ndata: ${JSON.stringify(value)}\n\n`);
    write(event, first(), first().seq);
    const alive = setInterval(() => response.write(": alive\n\n"), 10_000);
    const stop = subscribe((name, value) => write(name, value, value.seq));
    streams.add(request.socket);
    request.socket.on("close", () => streams.delete(request.socket));
    response.on("close", () => {
      clearInterval(alive);
      stop();
    });
  }

  async function answer(request, response, url) {
    const method = request.method;
    const path = url.pathname.slice("/api/v1".length);
    const body = method === "GET" ? null : await read(request);
    if (method === "POST" && !request.headers["idempotency-key"]) {
      throw new Problem(400, "Idempotency-Key mangler");
    }
    const match = (wanted, pattern) => (method === wanted ? path.match(new RegExp(`^${pattern}$`))?.slice(1) : undefined);
    const ok = (value, status = 200) => send(response, status, value);
    let found;

    if (match("GET", "/session")) return ok({ ...SOMEBODY, who: { ...SOMEBODY.who, roles: roles ?? SOMEBODY.who.roles, unit } });
    if (match("DELETE", "/session")) return ok({ end_session_url: null });
    if (match("POST", "/session/continue")) return send(response, 204);
    const aboutPeople = people.answer(method, path, body, Problem);
    if (aboutPeople !== undefined) return ok(aboutPeople);
    const mine = own.answer(method, path, Problem);
    if (mine !== undefined) return mine === null ? send(response, 204) : ok(mine);
    if (match("GET", "/me/contacts/live")) {
      return stream(request, response, "contacts", () => ({ items: own.contacts, next: null }), (send) => own.onContacts(send));
    }
    if (match("GET", "/clock")) return ok(centre.clock());
    if (match("GET", "/traffic")) return ok(centre.traffic());
    if (match("GET", "/queues")) return ok({ items: centre.queueRows(), next: null });
    if ((found = match("GET", "/queues/([^/]+)/hour"))) return ok(centre.queueHour(known(centre.queue(found[0]))));
    if ((found = match("GET", "/queues/([^/]+)"))) return ok(centre.queueDetail(known(centre.queue(found[0]))));
    if (match("GET", "/version")) return ok({ version: "mock" });
    if (match("GET", "/live")) {
      return stream(request, response, "snapshot", () => centre.traffic(), (send) => centre.onTraffic(send));
    }

    if (match("GET", "/advisers")) return ok({ items: centre.freeAdvisers(), next: null });
    if ((found = match("PUT", "/advisers/([^/]+)/activity"))) {
      return ok(centre.setActivity(known(centre.adviser(found[0])), body.activity));
    }
    if ((found = match("POST", "/advisers/([^/]+)/wrap-up"))) {
      return ok(centre.wrapUp(known(centre.adviser(found[0])), body));
    }
    if (match("POST", "/desk/sessions")) {
      const adviser = known(centre.adviser(body.adviser));
      if (!adviser.free) throw new Problem(409, "Noen andre er denne veilederen nå. Velg en annen.");
      return ok(centre.openDesk(adviser), 201);
    }
    if ((found = match("DELETE", "/desk/sessions/([^/]+)"))) {
      centre.closeDesk(known(centre.session(found[0])));
      return ok(undefined, 204);
    }
    if ((found = match("PUT", "/desk/sessions/([^/]+)/synthetic"))) {
      return ok(centre.serveSynthetic(known(centre.session(found[0])), body.serve));
    }
    if ((found = match("GET", "/desk/sessions/([^/]+)/live"))) {
      const session = known(centre.session(found[0]));
      return stream(request, response, "desk", () => centre.desk(session), (send) => centre.onDesk(session, send));
    }
    if ((found = match("POST", "/offers/([^/]+)/(accept|decline)"))) {
      const offer = centre.offer(found[0]);
      if (!offer) throw new Problem(409, "Henvendelsen er ikke lenger hos deg");
      return ok(found[1] === "accept" ? centre.accept(offer) : centre.decline(offer));
    }
    if ((found = match("POST", "/contacts/([^/]+)/(hold|resume|end|transfer)"))) {
      return ok(centre.act(known(centre.contact(found[0])), found[1], body));
    }
    if (match("POST", "/contacts")) return ok(centre.createContact(body), 201);

    if (match("GET", "/demo")) return ok(centre.demo());
    if (match("POST", "/demo/calls")) return ok(centre.ring(body), 201);
    if ((found = match("POST", "/demo/calls/([^/]+)/keys"))) {
      return ok(centre.press(known(centre.call(found[0])), body.key));
    }
    if ((found = match("DELETE", "/demo/calls/([^/]+)"))) {
      centre.hangUp(known(centre.call(found[0])));
      return ok(undefined, 204);
    }
    if ((found = match("GET", "/demo/calls/([^/]+)/live"))) {
      const call = known(centre.call(found[0]));
      return stream(request, response, "call", () => centre.callView(call), (send) => centre.onCall(call, send));
    }
    if ((found = match("GET", "/prompts/([^/]+)\\.wav"))) {
      response.writeHead(200, { "content-type": "audio/wav" });
      return response.end(promptWav(found[0]));
    }
    const extra = guide.answer(method, path, body, url) ?? centre.extras.answer(method, path, body, url);
    if (extra?.status >= 400 && extra.value) return ok(extra.value, extra.status);
    if (extra?.status >= 400) throw new Problem(extra.status, extra.status === 404 ? "Finnes ikke" : "Det går ikke nå", extra.detail);
    if (extra?.wait_ms) await new Promise((resolve) => setTimeout(resolve, extra.wait_ms));
    if (extra?.text) return response.writeHead(200, { "content-type": "text/plain; charset=utf-8" }).end(extra.text);
    if (extra) return ok(extra.value, extra.status ?? 200);
    throw new Problem(404, "Finnes ikke", `${method} ${path}`);
  }

  async function file(response, path) {
    const wanted = normalize(path).replace(/^([/\\]|\.\.)+/, "");
    const isFile = extname(wanted) !== "";
    const name = isFile ? wanted : "index.html";
    let content;
    try {
      content = await readFile(join(dist, name));
    } catch {
      return send(response, 404);
    }
    response.writeHead(200, {
      "content-type": TYPES[extname(name)] ?? "application/octet-stream",
      "content-security-policy": "default-src 'self'",
      "x-content-type-options": "nosniff",
    });
    response.end(content);
  }

  await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  const beat = setInterval(() => centre.tick(), 200);
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close: () => {
      clearInterval(beat);
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

class Problem extends Error {
  constructor(status, title, detail = title) {
    super(title);
    Object.assign(this, { status, title, detail });
  }
}

function known(thing) {
  if (!thing) throw new Problem(404, "Finnes ikke");
  return thing;
}

function problem(response, { status, title, detail }) {
  response.writeHead(status, { "content-type": "application/problem+json" });
  response.end(JSON.stringify({ type: "about:blank", title, status, detail, code: "MOCK" }));
}

function send(response, status, value) {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(value === undefined ? undefined : JSON.stringify(value));
}

async function read(request) {
  let text = "";
  for await (const part of request) text += part;
  return text === "" ? {} : JSON.parse(text);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const mock = await startMock({ port: Number(process.argv[2] ?? 8080) });
  console.log(`etterligning på ${mock.url}`);
}
