/**
 * The little of WebDriver BiDi (W3C) that the tests need of a browser: people's contexts with a page each, calls into it, files
 * in front of a server. A page has the face of playwright's, as far as `bare.mjs` uses it.
 */
import WebSocket from 'ws';
import { until } from './until.mjs';

/** A call into a page may wait for something; for longer than this nothing takes. */
const ANSWER_MS = 60_000;

/** A session on a browser's socket. `ask(method, params)` resolves to the result; `on(method, hear)` is told of events. */
async function connect(url) {
  // Files are sent through it, so its messages have no limit.
  const socket = new WebSocket(url, { maxPayload: 0 });
  const waiting = new Map();
  const hearers = [];
  let last = 0;
  await new Promise((done, failed) => socket.once('open', done).once('error', failed));
  socket.on('message', (data) => {
    const { type, id, result, error, message, method, params } = JSON.parse(data);
    if (type === 'event') return hearers.forEach((hearer) => hearer.method === method && hearer.hear(params));
    const asked = waiting.get(id);
    waiting.delete(id);
    if (type === 'success') asked?.done(result);
    else asked?.failed(new Error(`${asked.method}: ${error}: ${message}`));
  });
  socket.on('close', () => {
    for (const { method, failed } of waiting.values()) failed(new Error(`${method}: the browser is gone`));
    waiting.clear();
  });
  async function ask(method, params) {
    if (socket.readyState !== WebSocket.OPEN) throw new Error(`${method}: the browser is gone`);
    last += 1;
    const asked = { method };
    const answer = new Promise((done, failed) => Object.assign(asked, { done, failed }));
    waiting.set(last, asked);
    socket.send(JSON.stringify({ id: last, method, params }));
    const late = setTimeout(() => asked.failed(new Error(`${method}: no answer after ${ANSWER_MS} ms: ${JSON.stringify(params).slice(0, 500)}`)), ANSWER_MS);
    return answer.finally(() => clearTimeout(late));
  }
  return { ask, on: (method, hear) => hearers.push({ method, hear }) };
}

/** Runs in the page: the JSON of what `script` resolves to, or words of what it throws, which may be any value. */
const CALL = (script) => `async (argument) => {
  try {
    return JSON.stringify({ value: await (${script})(JSON.parse(argument)) });
  } catch (error) {
    return JSON.stringify({ error: String(error?.stack ? error + '\\n' + error.stack : error) });
  }
}`;

/** Calls `script`, a function, in a page, as playwright does: its argument and what it resolves to are JSON. */
async function evaluate(ask, context, script, argument = null) {
  const given = [{ type: 'string', value: JSON.stringify(argument) }];
  const call = { functionDeclaration: CALL(script), arguments: given, target: { context }, awaitPromise: true };
  const { result, exceptionDetails } = await ask('script.callFunction', call);
  if (exceptionDetails) throw new Error(exceptionDetails.text);
  const { value, error } = JSON.parse(result.value);
  if (error !== undefined) throw new Error(error);
  return value;
}

/** A browser by the address of its socket. */
export async function bidi(url) {
  const { ask, on } = await connect(url);
  await ask('session.new', { capabilities: { alwaysMatch: { acceptInsecureCerts: true } } });
  await ask('session.subscribe', { events: ['log.entryAdded', 'network.beforeRequestSent'] });

  /** A context that shares nothing with others, with one page, in which `script` runs before anything else. */
  async function open(script) {
    const { userContext } = await ask('browser.createUserContext', {});
    await ask('script.addPreloadScript', { functionDeclaration: `() => { ${script} }`, userContexts: [userContext] });
    const { context } = await ask('browsingContext.create', { type: 'window', userContext });
    const errors = [];
    const requests = [];
    on('log.entryAdded', ({ type, level, text, source }) => {
      if (source.context === context && type === 'javascript' && level === 'error') errors.push(text);
    });
    on('network.beforeRequestSent', ({ context: of, request }) => of === context && requests.push(request.url));
    const page = {
      goto: (url) => ask('browsingContext.navigate', { context, url, wait: 'complete' }),
      evaluate: (script, argument) => evaluate(ask, context, script, argument),
      waitForFunction: (script) => until(`${script}`, () => evaluate(ask, context, script)),
    };
    let closed = false;
    return {
      context: {
        async close() {
          if (!closed) await ask('browser.removeUserContext', { userContext });
          closed = true;
        },
      },
      page,
      errors,
      requests,
      /** Answers requests below `prefix` with `files`, `[type, body]` by name, instead of the server. */
      async serve(prefix, files) {
        const { protocol, hostname, port, pathname } = new URL(prefix);
        const urlPatterns = Object.keys(files).map((name) => ({ type: 'pattern', protocol: protocol.slice(0, -1), hostname, port, pathname: pathname + name }));
        await ask('network.addIntercept', { phases: ['beforeRequestSent'], contexts: [context], urlPatterns });
        on('network.beforeRequestSent', ({ context: of, isBlocked, request }) => {
          if (of !== context || !isBlocked) return;
          const [type, body] = files[request.url.slice(prefix.length)];
          const headers = [{ name: 'content-type', value: { type: 'string', value: type } }];
          const value = Buffer.from(body).toString('base64');
          // A page that is closed meanwhile waits for nothing.
          void ask('network.provideResponse', { request: request.request, statusCode: 200, headers, body: { type: 'base64', value } }).catch(() => {});
        });
      },
    };
  }

  return { open, close: () => ask('browser.close', {}) };
}
