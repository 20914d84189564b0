/** A small HTTP server: the webhook's address, and a few pages of JSON. */
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';

/**
 * Listens on `port` of this machine. `hook` gets headers and the body as it came, and gives the status to answer with;
 * `pages` are functions by method and path. Resolves to the server's own address.
 *
 * A hook that throws ends the program: its event was not answered, and comes again.
 */
export async function serve({ port, hook, pages }) {
  const server = createServer(async (request, response) => {
    const body = await buffer(request).catch(() => undefined);
    if (!body) return void response.destroy(); // the caller is gone
    const name = `${request.method} ${request.url}`;
    if (name === 'POST /hook') return void response.writeHead(await hook(request.headers, body)).end();
    if (!(name in pages)) return void response.writeHead(404).end();
    try {
      const answer = JSON.stringify(await pages[name]());
      response.writeHead(200, { 'content-type': 'application/json' }).end(answer);
    } catch (error) {
      console.error(name, error);
      response.writeHead(502).end();
    }
  });
  await new Promise((done) => server.listen(port, '127.0.0.1', done));
  return `http://127.0.0.1:${server.address().port}`;
}
