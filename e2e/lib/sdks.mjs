/** Both official SDKs behind one face: the same calls, the same answers. `heard` is told every request that went out. */
import Cloudflare from 'cloudflare';
import { pythonBase } from './api.mjs';
import { pythonClient } from './python.mjs';

/** The SDK of npm. No retries. */
export function npmSdk(server, heard) {
  const client = new Cloudflare({
    apiToken: server.token,
    baseURL: `${server.http}/client/v4`,
    maxRetries: 0,
    async fetch(url, init) {
      const answer = await fetch(url, init);
      heard({ method: (init?.method ?? 'GET').toUpperCase(), url: String(url), status: answer.status });
      return answer;
    },
  });
  return {
    /** A method below `realtimeKit` with what it takes first, if anything, and the rest; its answer. */
    async call(name, id, params = {}) {
      const [resource, method] = name.split('.');
      return client.realtimeKit[resource][method](...(id === null ? [] : [id]), params);
    },
    /** What the SDK has no method for. */
    post: (path, body = {}) => client.post(path, { body }),
    close() {},
  };
}

/** `getMeetingByID` of npm is `get_meeting_by_id` of PyPI. */
const snake = (name) =>
  name.replace(/ID$/, 'Id').replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** The SDK of PyPI, which validates strictly. No retries. */
export function pypiSdk(server, heard) {
  const client = pythonClient(pythonBase(server), server, heard);
  return { call: (name, id, params) => client.call(snake(name), id, params), post: client.post, close: client.close };
}
