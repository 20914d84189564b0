/** How somebody comes in: what the link says, and what the server says to it. */
import type { Refusal } from './words.ts';

/** What the link asks for. */
export type Link =
  | { kind: 'token'; authToken: string }
  | { kind: 'room'; roomId: string; accessToken?: string }
  | { kind: 'missing' };

/** Reads the query of `/meet`. `authToken` wins over the Pagecall form; empty parameters count as not given. */
export function readLink(query: string): Link {
  const params = new URLSearchParams(query);
  const authToken = params.get('authToken')?.trim();
  if (authToken) return { kind: 'token', authToken };
  const roomId = params.get('room_id')?.trim();
  if (!roomId) return { kind: 'missing' };
  const accessToken = params.get('access_token')?.trim();
  return accessToken ? { kind: 'room', roomId, accessToken } : { kind: 'room', roomId };
}

/** A token that opens the door, or why it stays shut. */
export type Admission = { authToken: string } | { refusal: Refusal };

type Fetch = (url: string, init?: RequestInit) => Promise<Response>;

/**
 * Gets a participant token for the link and asks the server whether it lets its bearer in now. Addresses are relative to
 * the page, which is `…/meet`.
 */
export async function admit(link: Exclude<Link, { kind: 'missing' }>, fetch: Fetch): Promise<Admission> {
  try {
    let authToken: string;
    if (link.kind === 'token') authToken = link.authToken;
    else {
      const given = await exchange(link, fetch);
      if ('refusal' in given) return given;
      authToken = given.authToken;
    }
    // The client would find out by itself, but could only say "unauthorized": here the server's words are at hand,
    // and somebody who is turned away does not download the whole client first.
    const answer = await fetch('v2/internals/participant-details', { headers: { authorization: `Bearer ${authToken}` } });
    if (answer.ok) return { authToken };
    return { refusal: { cause: 'status', status: answer.status, ...(await said(answer)) } };
  } catch {
    return { refusal: { cause: 'network' } };
  }
}

/** `POST /meet/token`: a Pagecall room and access token for a participant token. */
async function exchange(link: { roomId: string; accessToken?: string }, fetch: Fetch): Promise<Admission> {
  const body = { room_id: link.roomId, ...(link.accessToken ? { access_token: link.accessToken } : {}) };
  const answer = await fetch('meet/token', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) return { refusal: { cause: 'status', status: answer.status, ...(await said(answer)) } };
  const { authToken } = (await answer.json()) as { authToken?: unknown };
  if (typeof authToken === 'string' && authToken) return { authToken };
  return { refusal: { cause: 'status', status: 500 } };
}

/** Code and message of an error body, in any of the server's envelopes; nothing if there is none. */
async function said(answer: Response): Promise<{ code?: string; message?: string }> {
  const body: unknown = await answer.json().catch(() => undefined);
  if (typeof body !== 'object' || body === null) return {};
  const inner = 'error' in body && typeof body.error === 'object' && body.error !== null ? body.error : body;
  const { code, message } = inner as { code?: unknown; message?: unknown };
  return {
    ...(code === undefined ? {} : { code: String(code) }),
    ...(typeof message === 'string' && message ? { message } : {}),
  };
}
