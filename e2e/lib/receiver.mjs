/** A receiver of webhooks: keeps every request as it came, and answers what it is told to. */
import { createServer } from 'node:http';
import { until } from './until.mjs';

/** `answer` gives the status for a request, given it and how many there were before. */
export async function startReceiver(answer = () => 200) {
  const requests = [];
  const listener = createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    const { method, url, headers } = request;
    const one = { method, url, headers, body: Buffer.concat(parts) };
    one.status = answer(one, requests.length);
    requests.push(one);
    response.writeHead(one.status).end();
  });
  await new Promise((done) => listener.listen(0, '127.0.0.1', done));
  const accepted = () => requests.filter(({ status }) => status === 200);
  return {
    url: `http://127.0.0.1:${listener.address().port}`,
    requests,
    /** The body of each request that was answered with 200, in order. */
    bodies: () => accepted().map(({ body }) => JSON.parse(body)),
    /** Those that were answered with 200, once there are `count` of them. */
    async accepted(count) {
      const names = () => accepted().map(({ body }) => JSON.parse(body)).map(({ event, action }) => event ?? action);
      await until(`${count} deliveries`, () => {
        if (accepted().length >= count) return true;
        throw new Error(names().join(', '));
      });
      return accepted();
    },
    async close() {
      listener.closeAllConnections();
      await new Promise((done) => listener.close(done));
    },
  };
}
