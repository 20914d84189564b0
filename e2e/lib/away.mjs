/**
 * Ways to a server that a test can take away: a TCP proxy for page and socket, and a UDP relay for media. Both on this
 * machine; the server announces the relay's address, which is another one of loopback with the same port.
 */
import dgram from 'node:dgram';
import net from 'node:net';

const RELAY = '127.0.0.2';
const SERVER = '127.0.0.1';

/** A proxy to `host:port`. While it is away, connections are reset, open ones and new ones. */
export async function tcpPath(target) {
  const [host, port] = target.split(':');
  const open = new Set();
  let away = false;
  const listener = net.createServer((client) => {
    if (away) return void client.resetAndDestroy();
    const server = net.connect({ host, port: Number(port) });
    const pair = [client, server];
    open.add(pair);
    const end = () => {
      open.delete(pair);
      for (const socket of pair) socket.destroy();
    };
    for (const socket of pair) socket.setNoDelay(true).on('error', end).on('close', end);
    client.pipe(server).pipe(client);
  });
  await new Promise((done) => listener.listen(0, SERVER, done));
  const cut = () => {
    for (const pair of open) for (const socket of pair) socket.resetAndDestroy();
  };
  return {
    page: `http://localhost:${listener.address().port}`,
    away() {
      away = true;
      cut();
    },
    back() {
      away = false;
    },
    close() {
      cut();
      return new Promise((done) => listener.close(done));
    },
  };
}

/**
 * A relay on a free port of its own address, to the same port of the server's. `args` and `media` are for the server
 * behind it. While it is away, datagrams are lost in both directions.
 */
export async function udpPath() {
  const face = dgram.createSocket('udp4');
  const ways = new Map();
  let away = false;
  await new Promise((done) => face.bind(0, RELAY, done));
  const { port } = face.address();
  const wayOf = (from) => {
    const name = `${from.address}:${from.port}`;
    if (!ways.has(name)) {
      const way = dgram.createSocket('udp4');
      // Nobody listens while the server is away.
      way.on('error', () => {});
      way.on('message', (data) => away || face.send(data, from.port, from.address));
      way.bind(0, SERVER);
      ways.set(name, way);
    }
    return ways.get(name);
  };
  face.on('message', (data, from) => away || wayOf(from).send(data, port, SERVER));
  return {
    media: `${SERVER}:${port}`,
    args: ['--media-announce', RELAY],
    away() {
      away = true;
    },
    back() {
      away = false;
    },
    close() {
      for (const way of ways.values()) way.close();
      return new Promise((done) => face.close(done));
    },
  };
}
