/** One call's sound between this browser and the exchange: offer, answer, and the element that plays it. */

/** How long a broken connection may mend itself before a new one is made. */
const MEND_MS = 2_000;
/** What browsers take for a sign that somebody is there. */
const SIGNS = ["keydown", "pointerdown", "pointerup"] as const;

export class SoundConnection {
  private readonly peer: RTCPeerConnection;
  private readonly sender: RTCRtpSender;
  readonly audio = new Audio();
  private closed = false;
  private mending: number | undefined;
  private signs: AbortController | null = null;

  /** `broken` is called once when the connection is lost and will not mend; `held` when the browser plays nothing by itself. */
  constructor(
    microphone: MediaStream,
    private readonly on: { broken(): void; blocked(): void; heard?(): void; connected?(): void },
  ) {
    this.peer = new RTCPeerConnection();
    const track = microphone.getAudioTracks()[0];
    const line = this.peer.addTransceiver(track ?? "audio", { direction: "sendrecv", streams: [microphone] });
    this.sender = line.sender;
    preferTelephony(line);
    this.peer.ontrack = ({ track: theirs }) => {
      this.audio.srcObject = new MediaStream([theirs]);
      this.play();
    };
    this.peer.onconnectionstatechange = () => this.changed();
  }

  async offer(): Promise<string> {
    const offer = await this.peer.createOffer();
    await this.peer.setLocalDescription(offer);
    // The exchange learns our addresses from our packets; nothing needs to be gathered first.
    return this.peer.localDescription?.sdp ?? offer.sdp ?? "";
  }

  async accept(sdp: string) {
    if (!this.closed) await this.peer.setRemoteDescription({ type: "answer", sdp });
  }

  play() {
    this.audio.play().then(
      () => this.on.heard?.(),
      (error: unknown) => {
        if (this.closed || !(error instanceof DOMException) || error.name !== "NotAllowedError") return;
        this.on.blocked();
        this.playAtNextSign();
      },
    );
  }

  /** A browser that holds sound back lets it go when somebody presses a key or clicks, wherever that is. */
  private playAtNextSign() {
    this.forgetSigns();
    const signs = new AbortController();
    this.signs = signs;
    for (const sign of SIGNS) {
      window.addEventListener(
        sign,
        () => {
          this.forgetSigns();
          this.play();
        },
        { capture: true, signal: signs.signal },
      );
    }
  }

  private forgetSigns() {
    this.signs?.abort();
    this.signs = null;
  }

  /** Another loudspeaker, by its id; "" is the machine's own choice. Fails when it is not there. */
  async hearIn(device: string) {
    const audio = this.audio as HTMLAudioElement & { setSinkId?(device: string): Promise<void> };
    await audio.setSinkId?.(device);
  }

  /** Another microphone, without a break. */
  async use(microphone: MediaStream) {
    const track = microphone.getAudioTracks()[0];
    if (!this.closed && track) await this.sender.replaceTrack(track);
  }

  stats(): Promise<RTCStatsReport> {
    return this.peer.getStats();
  }

  get isConnected(): boolean {
    return this.peer.connectionState === "connected";
  }

  get isClosed(): boolean {
    return this.closed;
  }

  close() {
    if (this.closed) return;
    this.closed = true;
    window.clearTimeout(this.mending);
    this.forgetSigns();
    this.peer.onconnectionstatechange = null;
    this.peer.ontrack = null;
    this.peer.close();
    this.audio.pause();
    this.audio.srcObject = null;
  }

  private changed() {
    const { connectionState: state } = this.peer;
    window.clearTimeout(this.mending);
    if (state === "connected") this.on.connected?.();
    if (state === "failed") this.on.broken();
    if (state === "disconnected") this.mending = window.setTimeout(() => this.on.broken(), MEND_MS);
  }
}

/** Speak as telephones do, so that nothing has to be decoded on the way. */
function preferTelephony(line: RTCRtpTransceiver) {
  const all = RTCRtpReceiver.getCapabilities("audio")?.codecs ?? [];
  const wanted = ["audio/pcma", "audio/pcmu"];
  const codecs = wanted.flatMap((name) => all.filter((codec) => codec.mimeType.toLowerCase() === name));
  if (codecs.length > 0) line.setCodecPreferences(codecs);
}
