// Runs in every page before anything else. It watches and, when told to, disturbs; the client is not changed.
(() => {
  const probe = { pcs: [], sockets: [], frames: [] };
  window.__probe = probe;

  const PeerConnection = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends PeerConnection {
    constructor(...args) {
      super(...args);
      probe.pcs.push(this);
    }
  };

  const Socket = window.WebSocket;
  window.WebSocket = class extends Socket {
    constructor(...args) {
      super(...args);
      probe.sockets.push(this);
    }

    send(data) {
      if (probe.tears && eventOf(data) === probe.tears) {
        probe.tears = undefined;
        this.close(4999, 'torn by the test');
        return;
      }
      super.send(data);
    }
  };

  /** The number of the event of a frame: its first field, a varint (PROTOCOL §3.2). */
  const eventOf = (data) => {
    if (typeof data === 'string') return undefined;
    const bytes = ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset) : new Uint8Array(data);
    let [event, at] = [0, 1];
    do event += (bytes[at] & 127) * 2 ** (7 * (at - 1));
    while (bytes[at++] & 128);
    return event;
  };

  // 320x240 at 10 frames a second: four pages must fit on two cores.
  const devices = navigator.mediaDevices;
  // Firefox begins with an empty page, which has none.
  if (!devices) return;
  const camera = devices.getUserMedia.bind(devices);
  devices.getUserMedia = (wanted) =>
    camera(wanted?.video ? { ...wanted, video: { width: 320, height: 240, frameRate: 10 } } : wanted);

  // Headless Chromium has no screen to share: a canvas with a moving clock stands in for it.
  devices.getDisplayMedia = async () => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 360 });
    const pen = canvas.getContext('2d');
    let n = 0;
    const timer = setInterval(() => {
      pen.fillStyle = `hsl(${(n * 7) % 360} 60% 30%)`;
      pen.fillRect(0, 0, 640, 360);
      pen.fillStyle = '#fff';
      pen.font = '80px sans-serif';
      pen.fillText(`screen ${n++}`, 60, 200);
    }, 100);
    const stream = canvas.captureStream(10);
    stream.getVideoTracks()[0].addEventListener('ended', () => clearInterval(timer));
    return stream;
  };

  /** Sums over every live incoming track: by kind, one entry a stream, keyed by its m-line. */
  probe.incoming = async () => {
    const streams = [];
    for (const [n, pc] of probe.pcs.entries()) {
      if (pc.connectionState === 'closed') continue;
      for (const s of (await pc.getStats()).values()) {
        if (s.type !== 'inbound-rtp') continue;
        const live = pc.getTransceivers().some((t) => t.mid === s.mid && /recv/.test(t.currentDirection ?? ''));
        if (!live) continue;
        streams.push({
          pc: n,
          mid: s.mid,
          kind: s.kind,
          packets: s.packetsReceived ?? 0,
          lost: s.packetsLost ?? 0,
          bytes: s.bytesReceived ?? 0,
          frames: s.framesDecoded ?? 0,
          samples: s.totalSamplesReceived ?? 0,
          concealed: s.concealedSamples ?? 0,
          energy: s.totalAudioEnergy ?? 0,
          width: s.frameWidth ?? 0,
          height: s.frameHeight ?? 0,
        });
      }
    }
    return streams;
  };

  /** Peer connections that are still open, oldest first. */
  probe.open = () => probe.pcs.filter((pc) => pc.connectionState !== 'closed').length;

  /** The socket breaks instead of sending the next frame of this event. */
  probe.tears = undefined;

  /** Cuts the page's web socket as a broken network path would look to the server: not code 1000 or 1001. */
  probe.cut = () => {
    const socket = probe.sockets.findLast((s) => s.readyState === Socket.OPEN);
    socket.close(4999, 'cut by the test');
    return socket.url;
  };
})();
