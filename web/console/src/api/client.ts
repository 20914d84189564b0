/**
 * Requests, typed by the documents of the server. The cookie that they carry is not for scripts to see: the page holds no
 * token, and knows none after the sign-in.
 */
import createClient, { type Middleware } from 'openapi-fetch';
import type { paths as KitPaths } from './realtimekit.d.ts';
import type { paths as OwnPaths } from './sederunt.d.ts';
import { words } from '../words/frame.ts';
import { note } from './calls.ts';

/** What a request came to, in words for a person. */
export class Failed extends Error {
  readonly status: number;
  /** The id under which the server's log has it. */
  readonly request: string;
  readonly retryAfter: number;

  constructor(status: number, message: string, request = '', retryAfter = 0) {
    super(message);
    this.status = status;
    this.request = request;
    this.retryAfter = retryAfter;
  }
}

/** Called when a request says that nobody is signed in any more. */
let signedOut = (): void => undefined;
export function onSignedOut(then: () => void): void {
  signedOut = then;
}

const watching: Middleware = {
  onRequest({ request }) {
    note(request.method, request.url);
  },
  onResponse({ response, schemaPath }) {
    if (response.status === 401 && schemaPath !== '/console/session') signedOut();
  },
};

export const kit = createClient<KitPaths>({ baseUrl: '/client/v4' });
export const own = createClient<OwnPaths>({ baseUrl: '/sederunt/v1' });
kit.use(watching);
own.use(watching);

interface Answer<T> {
  readonly data?: T;
  readonly error?: unknown;
  readonly response: Response;
}

/** The body of a success; else [`Failed`]. */
export async function take<T>(answering: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await answering;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new Failed(0, words.noServer);
  }
  const { data, error, response } = answer;
  if (response.ok && data !== undefined) return data;
  if (response.ok) return undefined as T;
  const said = (error as { error?: { message?: string } } | undefined)?.error?.message;
  const message = (said ?? words.answered(response.status)).replace(/^BAD_REQUEST: /, '');
  throw new Failed(response.status, message, response.headers.get('cf-ray') ?? '', Number(response.headers.get('retry-after') ?? 0));
}
