/**
 * Somebody whose line is smaller than what the others send: people with pictures that cost something, who send alone, and one
 * viewer behind a line whose rate can be set. In a namespace of its own where there is one, else behind a relay.
 */
import { addParticipant, makeMeeting } from './api.mjs';
import { openBare, playing } from './bare.mjs';
import { startBrowser } from './browser.mjs';
import { SERVER, isInside, wire } from './namespace.mjs';
import { udpPath } from './path.mjs';
import { startServer } from './server.mjs';

const HZ = 48_000;
const NAME = 'meet.example';
const DIRECT = '127.0.0.1';
const RESOLVE = `--host-resolver-rules=MAP ${NAME} ${SERVER}, MAP *.${NAME} ${SERVER}`;
/** What a namespace must allow for a line with a rate. */
export const NEEDS = ['tc qdisc add dev near root tbf rate 1mbit burst 3000 latency 300ms'];

/** Runs in the page of a publisher: a camera that sees what no encoder can foretell, so that its picture takes what it may. */
function noisyCamera([width, height, fps]) {
  const BLOCK = 20;
  const { mediaDevices: devices } = navigator;
  const given = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (wanted) => {
    if (!wanted?.video) return given(wanted);
    const canvas = Object.assign(document.createElement('canvas'), { width, height });
    const pen = canvas.getContext('2d');
    pen.imageSmoothingEnabled = false;
    // Blocks of noise, moved about. Finer noise no encoder could make small enough: it would leave out most pictures.
    const [across, down] = [width / BLOCK, height / BLOCK];
    const noise = Array.from({ length: 8 }, () => {
      const image = new ImageData(across, down);
      for (let i = 0; i < image.data.length; i += 4) image.data.fill(Math.random() * 256, i, i + 3).fill(255, i + 3, i + 4);
      const tile = new OffscreenCanvas(across, down);
      tile.getContext('2d').putImageData(image, 0, 0);
      return tile;
    });
    let n = 0;
    setInterval(() => pen.drawImage(noise[n % noise.length], ((n++ * 7) % BLOCK) - BLOCK, 0, width + BLOCK, height), 1000 / fps);
    const stream = canvas.captureStream(fps);
    if (wanted.audio) (await given({ audio: wanted.audio })).getAudioTracks().forEach((track) => stream.addTrack(track));
    return stream;
  };
}

/** Runs in a page: of the server's addresses its client hears of this one alone. */
function onlyAddress(address) {
  const { prototype } = window.RTCPeerConnection;
  const set = prototype.setRemoteDescription;
  prototype.setRemoteDescription = function ({ type, sdp }) {
    const is = (line) => !line.startsWith('a=candidate:') || line.split(' ')[4] === address;
    return set.call(this, { type, sdp: sdp.split('\r\n').filter(is).join('\r\n') });
  };
}

/** In the namespace: a wire with a rate. */
async function wired(name) {
  const link = await wire({ routed: true });
  const flags = ['--ignore-certificate-errors', RESOLVE];
  const server = await startServer(name, {
    http: `${SERVER}:443`, media: `${SERVER}:0`,
    args: ['--tls', 'self-signed', '--base-uri', NAME, '--media-tcp', 'false', '--media-relay', 'off'],
  });
  const near = await startBrowser(flags);
  const far = await startBrowser(flags, link.program);
  return {
    server, near, far, page: `https://${NAME}`,
    rate: (kbps) => link.rate(kbps),
    async close() {
      await near.close();
      await far.close();
      await server.stop();
      await link.close();
    },
  };
}

/** Without one: a relay that only the viewer's client hears of. */
async function relayed(name) {
  const relay = await udpPath();
  const [, around] = relay.args;
  const server = await startServer(name, { args: ['--media-announce', `${DIRECT},${around}`, '--media-tcp', 'false'], media: relay.media });
  const chromium = await startBrowser();
  return {
    server, near: chromium, far: chromium, page: server.page,
    addresses: { near: DIRECT, far: around },
    rate(kbps) {
      relay.down.rule = kbps ? { kbps } : {};
    },
    async close() {
      await chromium.close();
      await server.stop();
      await relay.close();
    },
  };
}

/** `senders` people with cameras of `size` (width, height, pictures a second), and one who watches them. */
export async function startNarrow(name, { senders = 3, size = [640, 360, 10] } = {}) {
  const place = await (isInside() ? wired(name) : relayed(name));
  const people = [];
  try {
    const meeting = await makeMeeting(place.server, name);
    const enter = async (who, chromium, address) => {
      const person = await chromium.person(who);
      people.push(person);
      if (address) await person.context.addInitScript(onlyAddress, address);
      if (who !== 'viewer') await person.context.addInitScript(noisyCamera, size);
      const { token } = await addParticipant(place.server, meeting, who);
      const media = { audio: who !== 'viewer', video: who !== 'viewer' };
      await openBare(person, place.page, token, { options: { defaults: media } });
      return person;
    };
    for (let n = 1; n <= senders; n++) await enter(`sender ${n}`, place.near, place.addresses?.near);
    const viewer = await enter('viewer', place.far, place.addresses?.far);
    await playing(viewer, { video: senders, audio: senders });
    return narrow(place, people, viewer, senders);
  } catch (error) {
    await place.close();
    throw error;
  }
}

function narrow(place, people, viewer, senders) {
  const incoming = () => viewer.page.evaluate(() => window.__probe.incoming());

  async function played() {
    const streams = await incoming();
    const sum = (kind, key) => streams.filter((s) => s.kind === kind).reduce((total, s) => total + s[key], 0);
    const frames = streams.filter((s) => s.kind === 'video').map((s) => s.frames);
    return { frames, samples: sum('audio', 'samples'), concealed: sum('audio', 'concealed'), bytes: sum('video', 'bytes') + sum('audio', 'bytes'), at: performance.now() };
  }

  /** What is seen and heard from one moment to another. */
  function between(before, now) {
    const seconds = (now.at - before.at) / 1_000;
    const each = now.frames.map((frames, i) => (frames - (before.frames[i] ?? 0)) / seconds);
    return {
      seconds,
      fps: each.reduce((sum, fps) => sum + fps, 0),
      /** Pictures that move. */
      moving: each.filter((fps) => fps > 1).length,
      concealed: (now.concealed - before.concealed) / Math.max(now.samples - before.samples, 1),
      kbps: ((now.bytes - before.bytes) * 8) / 1_000 / seconds,
    };
  }

  return {
    server: place.server,
    senders,
    rate: place.rate,
    played,
    between,
    errors: () => people.flatMap(({ errors }) => errors),
    /** What is seen and heard while so much sound goes by. */
    async watch(seconds) {
      const before = await played();
      for (;;) {
        const now = await played();
        if (now.samples - before.samples >= seconds * HZ * senders || now.at - before.at > seconds * 2_000) return between(before, now);
        await new Promise((wake) => setTimeout(wake, 50));
      }
    },
    async metric(what) {
      const text = await (await fetch(`${place.server.metrics}/metrics`)).text();
      return Number(new RegExp(`^sederunt_${what} (\\S+)$`, 'm').exec(text)?.[1]);
    },
    async close() {
      place.rate(0);
      await place.close();
    },
  };
}
