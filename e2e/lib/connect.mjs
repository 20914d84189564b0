/** An HTTP proxy that knows nothing but CONNECT (RFC 9110 §9.3.6), and one name. */
import http from 'node:http';
import net from 'node:net';

/** Listens on `host:port`; `names` gives the address of a host name. `asked` collects what it was asked for. */
export async function connectProxy(host, port, names) {
  const asked = [];
  const open = new Set();
  const proxy = http.createServer((_, response) => response.writeHead(405).end());
  proxy.on('connect', (request, client, head) => {
    asked.push(request.url);
    const [name, to] = request.url.split(':');
    const up = net.connect({ host: names(name), port: Number(to) }, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      up.write(head);
      up.pipe(client).pipe(up);
    });
    for (const socket of [client, up]) {
      open.add(socket);
      socket.setNoDelay(true).on('error', () => {}).on('close', () => {
        open.delete(socket);
        client.destroy();
        up.destroy();
      });
    }
  });
  await new Promise((done) => proxy.listen(port, host, done));
  return {
    asked,
    close() {
      for (const socket of open) socket.destroy();
      return new Promise((done) => proxy.close(done));
    },
  };
}
