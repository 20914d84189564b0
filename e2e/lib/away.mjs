/** A way of page and socket to a server that a test can take away. That of media is in `path.mjs`. */
import net from 'node:net';

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
    /** What the server says on the connections that are open comes no more, though they stay. */
    deafen() {
      for (const [, server] of open) server.pause();
    },
    /** Resets the connections that are open. */
    cut,
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
