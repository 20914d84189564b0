/** A proxy that puts a server below a path, as people do who have one host name for many things. */
import http from 'node:http';
import net from 'node:net';

/**
 * Passes everything below `prefix` to the server at `target` (`host:port`), the prefix taken off, web sockets too;
 * answers 404 to all else, and to paths that begin with `dropped`.
 */
export async function startProxy(target, prefix, dropped) {
  const [host, port] = target.split(':');
  const inner = (url) => {
    const rest = url.startsWith(`${prefix}/`) ? url.slice(prefix.length) : undefined;
    return rest !== undefined && !(dropped && rest.startsWith(dropped)) ? rest : undefined;
  };
  const open = new Set();
  const server = http.createServer((request, response) => {
    const path = inner(request.url);
    if (path === undefined) return response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>Not here</h1>');
    const up = http.request({ host, port, path, method: request.method, headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    up.on('error', () => response.destroy());
    request.pipe(up);
  });
  server.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  server.on('upgrade', (request, socket, head) => {
    const path = inner(request.url);
    if (path === undefined) return socket.end('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n');
    const up = net.connect(Number(port), host, () => {
      const headers = Object.entries(request.headers).map(([name, value]) => `${name}: ${value}\r\n`);
      up.write(`GET ${path} HTTP/1.1\r\n${headers.join('')}\r\n`);
      up.write(head);
      up.pipe(socket);
      socket.pipe(up);
    });
    up.on('error', () => socket.destroy());
    socket.on('error', () => up.destroy());
    socket.once('close', () => up.destroy());
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return {
    page: `http://127.0.0.1:${server.address().port}${prefix}`,
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}
