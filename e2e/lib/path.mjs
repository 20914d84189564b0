/**
 * A UDP relay between browsers and server, on this machine: the server announces the relay's address, which is another
 * one of loopback with the same port. Each direction is a line with faults of its own, drawn from a seed; without any it
 * passes everything at once. It can also be taken away.
 */
import dgram from 'node:dgram';

const RELAY = '127.0.0.2';
const SERVER = '127.0.0.1';
/** How long packets of a line with a rate may wait before the next one is dropped. */
const QUEUE_MS = 300;
/** How much longer than the rest a packet takes that others overtake. */
const OVERTAKEN_MS = 30;

/** Numbers from 0 to 1 from a seed (mulberry32). */
function dice(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * One direction. Its `rule`: `loss`, share of packets that vanish; `delayMs` and up to `jitterMs` more, in order;
 * `overtaken`, share of packets that come after later ones; `kbps`, beyond which packets queue and then are dropped.
 */
function line(seed) {
  const random = dice(seed);
  const own = { rule: {}, packets: 0, lost: 0 };
  let last = 0;
  let free = 0;
  own.pass = (bytes, deliver) => {
    const { loss = 0, delayMs = 0, jitterMs = 0, overtaken = 0, kbps } = own.rule;
    own.packets += 1;
    if (random() < loss) return void (own.lost += 1);
    const now = performance.now();
    if (kbps) {
      if (free - now > QUEUE_MS) return void (own.lost += 1);
      free = Math.max(free, now) + (bytes * 8) / kbps;
    }
    const sent = kbps ? free : now;
    let at = Math.max(last, sent + delayMs + random() * jitterMs);
    if (random() < overtaken) at += OVERTAKEN_MS;
    else last = at;
    if (at <= now) deliver();
    else setTimeout(deliver, at - now).unref();
  };
  return own;
}

/**
 * A relay on a free port of its own address, to the same port of the server's. `args` and `media` are for the server
 * behind it; `up.rule` and `down.rule` may change at any time. While it is away, nothing passes.
 */
export async function udpPath({ seed = 1 } = {}) {
  const face = dgram.createSocket('udp4');
  const ways = new Map();
  const [up, down] = [line(seed), line(seed + 1)];
  let away = false;
  let closed = false;
  await new Promise((done) => face.bind(0, RELAY, done));
  const { port } = face.address();
  const pass = (direction, data, send) => {
    if (!away) direction.pass(data.length, () => closed || away || send());
  };
  const wayOf = (from) => {
    const name = `${from.address}:${from.port}`;
    if (!ways.has(name)) {
      const way = dgram.createSocket('udp4');
      // Nobody listens while the server is away.
      way.on('error', () => {});
      way.on('message', (data) => pass(down, data, () => face.send(data, from.port, from.address)));
      way.bind(0, SERVER);
      ways.set(name, way);
    }
    return ways.get(name);
  };
  face.on('message', (data, from) => pass(up, data, () => wayOf(from).send(data, port, SERVER)));
  return {
    media: `${SERVER}:${port}`,
    args: ['--media-announce', RELAY],
    up,
    down,
    away() {
      away = true;
    },
    back() {
      away = false;
    },
    close() {
      closed = true;
      for (const way of ways.values()) way.close();
      return new Promise((done) => face.close(done));
    },
  };
}
