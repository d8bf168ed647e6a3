/** A small SIP telephone over UDP: enough of RFC 3261 to ring, be rung, press keys, hold and hang up. */
import { createHash, randomBytes } from "node:crypto";
import { createSocket } from "node:dgram";
import { EventEmitter, once } from "node:events";

const T1_MS = 500;
const SILENCE = Buffer.alloc(160, 0xd5);
const RATE = 8_000;
const KEYS = "0123456789*#ABCD";

/** A sample as A-law (G.711). */
function encoded(sample) {
  const sign = sample >= 0 ? 0x80 : 0;
  let magnitude = Math.min(32_635, Math.abs(sample));
  let exponent = 7;
  for (let mask = 0x4000; exponent > 0 && (magnitude & mask) === 0; mask >>= 1) exponent -= 1;
  const mantissa = (magnitude >> (exponent === 0 ? 4 : exponent + 3)) & 0x0f;
  return (sign | (exponent << 4) | mantissa) ^ 0x55;
}

function decoded(byte) {
  const code = byte ^ 0x55;
  const exponent = (code >> 4) & 7;
  const mantissa = code & 0x0f;
  const magnitude = exponent === 0 ? (mantissa << 4) + 8 : ((mantissa << 4) + 0x108) << (exponent - 1);
  return code & 0x80 ? magnitude : -magnitude;
}

function frameOf(hertz, number) {
  const frame = Buffer.alloc(160);
  for (let n = 0; n < 160; n += 1) {
    frame[n] = encoded(Math.round(8_000 * Math.sin((2 * Math.PI * hertz * (number * 160 + n)) / RATE)));
  }
  return frame;
}

const token = () => randomBytes(6).toString("hex");

/** A telephone with one line. It emits `response` and `request` with parsed messages. */
export class Phone extends EventEmitter {
  /** @param server host:port of the server */
  static async open(server, user = "tester") {
    const [host, port] = server.split(":");
    if (host !== "127.0.0.1") throw new Error(`${server} is not loopback`);
    const phone = new Phone();
    phone.socket = createSocket("udp4");
    phone.media = createSocket("udp4");
    for (const socket of [phone.socket, phone.media]) {
      socket.bind(0, "127.0.0.1");
      await once(socket, "listening");
    }
    Object.assign(phone, { host, port: Number(port), user, cseq: 0, tag: token(), heard: 0 });
    phone.local = `127.0.0.1:${phone.socket.address().port}`;
    phone.socket.on("message", (bytes) => phone.take(parse(bytes.toString("latin1"))));
    phone.media.on("message", (bytes) => {
      phone.heard += 1;
      phone.listen(bytes);
    });
    return phone;
  }

  close() {
    clearInterval(this.speaking);
    this.socket.close();
    this.media.close();
  }

  /** Registers with digest for a minute. */
  async register({ user, password }) {
    this.user = user;
    const uri = `sip:${this.host}:${this.port}`;
    const dialog = { callId: token(), to: `<sip:${user}@${this.host}>`, target: uri };
    const contact = { Contact: `<sip:${user}@${this.local}>`, Expires: "60" };
    const first = await this.ask("REGISTER", dialog, contact);
    if (first.status !== 401) throw new Error(`REGISTER was answered ${first.status}`);
    const Authorization = digest(first.all("www-authenticate"), { user, password, method: "REGISTER", uri });
    const second = await this.ask("REGISTER", dialog, { ...contact, Authorization });
    if (second.status !== 200) throw new Error(`REGISTER was answered ${second.status}`);
  }

  /** Rings a number; resolves when the call is answered. Provisional responses come as events. */
  async call(number) {
    const uri = `sip:${number}@${this.host}:${this.port}`;
    this.dialog = { callId: token(), to: `<${uri}>`, target: uri };
    const answer = await this.ask("INVITE", this.dialog, { "Content-Type": "application/sdp" }, this.sdp("sendrecv"));
    if (answer.status !== 200) throw new Error(`INVITE was answered ${answer.status}`);
    this.confirm(answer);
    return answer;
  }

  /** Presses a key by INFO. */
  async press(key) {
    const body = `Signal=${key}\r\nDuration=160\r\n`;
    const reply = await this.ask("INFO", this.dialog, { "Content-Type": "application/dtmf-relay" }, body);
    if (reply.status !== 200) throw new Error(`INFO was answered ${reply.status}`);
  }

  /** Puts the other side on hold, or takes it back. */
  async hold(held) {
    const sdp = this.sdp(held ? "sendonly" : "sendrecv");
    const answer = await this.ask("INVITE", this.dialog, { "Content-Type": "application/sdp" }, sdp);
    if (answer.status !== 200) throw new Error(`re-INVITE was answered ${answer.status}`);
    this.confirm(answer);
  }

  hangUp() {
    clearInterval(this.speaking);
    return this.ask("BYE", this.dialog, {});
  }

  /** Waits until it is rung; answers 180. */
  async rung() {
    const invite = await this.next((message) => message.method === "INVITE" && !message.to.includes("tag="));
    this.answerTo(invite, 180, "Ringing");
    return invite;
  }

  /** Answers what rings. */
  answer(invite) {
    this.dialog = {
      callId: invite.header("call-id"),
      to: invite.header("from"),
      from: `${invite.to};tag=${this.tag}`,
      target: invite.header("contact").match(/<([^>]+)>/)?.[1],
    };
    this.answerTo(invite, 200, "OK", this.sdp("sendrecv"));
    this.speak(invite.body);
  }

  /** The next request that `wanted` takes. */
  next(wanted) {
    return new Promise((resolve) => {
      const look = (message) => {
        if (!wanted(message)) return;
        this.off("request", look);
        resolve(message);
      };
      this.on("request", look);
    });
  }

  confirm(answer) {
    this.dialog.to = answer.to;
    this.dialog.target = answer.header("contact")?.match(/<([^>]+)>/)?.[1] ?? this.dialog.target;
    this.write("ACK", this.dialog, Number(answer.header("cseq").split(" ")[0]), {}, "");
    this.speak(answer.body);
  }

  /** Sends silence to where the other side listens, so that the line is alive. */
  speak(sdp) {
    const port = Number(sdp.match(/m=audio (\d+)/)?.[1] ?? 0);
    clearInterval(this.speaking);
    if (port === 0) return;
    let sequence = 0;
    const ssrc = randomBytes(4);
    this.speaking = setInterval(() => {
      const head = Buffer.alloc(12);
      head.writeUInt16BE(0x8008, 0);
      head.writeUInt16BE(sequence & 0xffff, 2);
      head.writeUInt32BE((sequence * 160) >>> 0, 4);
      ssrc.copy(head, 8);
      sequence += 1;
      const frame = this.voice === undefined ? SILENCE : frameOf(this.voice, sequence);
      this.media.send(Buffer.concat([head, frame]), port, this.host);
    }, 20);
  }

  /** Rings under this name from now on; line ends cannot be in one. */
  name(text) {
    this.display = `"${text.replace(/[\r\n\0]/g, " ").replace(/["\\]/g, "\\$&")}" `;
  }

  /** Says a tone of so many hertz from now on. */
  say(hertz) {
    this.voice = hertz;
  }

  /** Takes what came: keys (RFC 4733), and the last second of sound. */
  listen(bytes) {
    if (bytes.length < 16) return;
    const type = bytes[1] & 0x7f;
    if (type === 101) {
      const at = bytes.readUInt32BE(4);
      if (this.lastEvent !== at) this.keys = (this.keys ?? "") + (KEYS[bytes[12]] ?? "?");
      this.lastEvent = at;
    }
    if (type !== 8) return;
    this.recent = [...(this.recent ?? []), ...bytes.subarray(12)].slice(-RATE);
  }

  /** How loud the last second was (RMS of 16-bit samples), and how much of it is this tone, 0 to 1. */
  ear(hertz) {
    const samples = (this.recent ?? []).map(decoded);
    let [sine, cosine, power] = [0, 0, 1];
    samples.forEach((sample, n) => {
      const turn = (2 * Math.PI * hertz * n) / RATE;
      sine += sample * Math.sin(turn);
      cosine += sample * Math.cos(turn);
      power += sample * sample;
    });
    const n = Math.max(1, samples.length);
    return { rms: Math.sqrt(power / n), share: (2 * (sine * sine + cosine * cosine)) / (n * power) };
  }

  /** Sends a request and resolves with its final response; repeats it until something comes back. */
  async ask(method, dialog, headers, body = "") {
    this.cseq += 1;
    const cseq = this.cseq;
    const branch = `z9hG4bK${token()}`;
    const send = () => this.write(method, dialog, cseq, headers, body, branch);
    return new Promise((resolve, reject) => {
      let repeats = 0;
      const repeat = setInterval(() => {
        repeats += 1;
        if (repeats > 20) done(reject, new Error(`${method} was not answered`));
        else send();
      }, T1_MS);
      const done = (settle, value) => {
        clearInterval(repeat);
        this.off("response", look);
        settle(value);
      };
      const look = (message) => {
        if (message.header("cseq") !== `${cseq} ${method}`) return;
        if (message.header("call-id") !== dialog.callId) return;
        clearInterval(repeat);
        if (message.status >= 200) done(resolve, message);
      };
      this.on("response", look);
      send();
    });
  }

  write(method, dialog, cseq, headers, body, branch = `z9hG4bK${token()}`) {
    const lines = [
      `${method} ${dialog.target} SIP/2.0`,
      `Via: SIP/2.0/UDP ${this.local};branch=${branch};rport`,
      "Max-Forwards: 70",
      `From: ${dialog.from ?? `${this.display ?? ""}<sip:${this.user}@${this.host}>;tag=${this.tag}`}`,
      `To: ${dialog.to}`,
      `Call-ID: ${dialog.callId}`,
      `CSeq: ${cseq} ${method}`,
      ...(headers.Contact ? [] : [`Contact: <sip:${this.user}@${this.local}>`]),
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
      `Content-Length: ${Buffer.byteLength(body)}`,
    ];
    this.socket.send(`${lines.join("\r\n")}\r\n\r\n${body}`, this.port, this.host);
  }

  answerTo(request, status, phrase, sdp = "") {
    const to = request.to.includes("tag=") ? request.to : `${request.to};tag=${this.tag}`;
    const lines = [
      `SIP/2.0 ${status} ${phrase}`,
      ...request.all("via").map((via) => `Via: ${via}`),
      `From: ${request.header("from")}`,
      `To: ${to}`,
      `Call-ID: ${request.header("call-id")}`,
      `CSeq: ${request.header("cseq")}`,
      `Contact: <sip:${this.user}@${this.local}>`,
      ...(sdp ? ["Content-Type: application/sdp"] : []),
      `Content-Length: ${Buffer.byteLength(sdp)}`,
    ];
    this.socket.send(`${lines.join("\r\n")}\r\n\r\n${sdp}`, this.port, this.host);
  }

  take(message) {
    if (message.status) {
      this.emit("response", message);
      return;
    }
    if (message.method === "BYE" || message.method === "OPTIONS" || message.method === "CANCEL") {
      this.answerTo(message, 200, "OK");
    }
    if (message.method === "BYE") clearInterval(this.speaking);
    if (message.method === "INVITE" && message.to.includes("tag=")) {
      const held = /a=(sendonly|inactive)/.test(message.body);
      this.answerTo(message, 200, "OK", this.sdp(held ? "recvonly" : "sendrecv"));
    }
    this.emit("request", message);
  }

  sdp(direction) {
    const { port } = this.media.address();
    return [
      "v=0",
      `o=- ${process.pid} ${this.cseq + 1} IN IP4 127.0.0.1`,
      "s=-",
      "c=IN IP4 127.0.0.1",
      "t=0 0",
      `m=audio ${port} RTP/AVP 8 101`,
      "a=rtpmap:8 PCMA/8000",
      "a=rtpmap:101 telephone-event/8000",
      `a=${direction}`,
      "",
    ].join("\r\n");
  }
}

function parse(text) {
  const split = text.indexOf("\r\n\r\n");
  const [first = "", ...lines] = text.slice(0, split).split("\r\n");
  const headers = lines.map((line) => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
  });
  const all = (name) => headers.filter(([key]) => key === name).map(([, value]) => value);
  const header = (name) => all(name)[0];
  const status = first.startsWith("SIP/2.0 ") ? Number(first.split(" ")[1]) : 0;
  return { status, method: status ? "" : first.split(" ")[0], header, all, to: header("to") ?? "", body: text.slice(split + 4) };
}

/** The Authorization header for the first challenge that this phone understands. */
function digest(challenges, { user, password, method, uri }) {
  for (const challenge of challenges) {
    const field = (name) => challenge.match(new RegExp(`${name}="?([^",]+)"?`, "i"))?.[1];
    const algorithm = field("algorithm") ?? "MD5";
    const name = { MD5: "md5", "SHA-256": "sha256" }[algorithm.toUpperCase()];
    if (!name) continue;
    const hash = (text) => createHash(name).update(text).digest("hex");
    const [realm, nonce, cnonce, nc] = [field("realm"), field("nonce"), token(), "00000001"];
    const secret = hash(`${user}:${realm}:${password}`);
    const response = hash(`${secret}:${nonce}:${nc}:${cnonce}:auth:${hash(`${method}:${uri}`)}`);
    const opaque = field("opaque");
    return (
      `Digest username="${user}", realm="${realm}", nonce="${nonce}", uri="${uri}", response="${response}", ` +
      `algorithm=${algorithm}, qop=auth, nc=${nc}, cnonce="${cnonce}"` +
      (opaque ? `, opaque="${opaque}"` : "")
    );
  }
  throw new Error(`no challenge that this phone understands: ${challenges.join(" | ")}`);
}
