/** Every ending in words: why somebody may not come in, and why they are out again. */

/** Why the door stayed shut. */
export type Refusal =
  | { cause: 'link' }
  | { cause: 'network' }
  | { cause: 'place'; detail: string }
  | { cause: 'socket' }
  | { cause: 'status'; status: number; code?: string; message?: string }
  | { cause: 'client'; code?: string; message?: string };

/** How a stay ended: the client's `roomLeft` states, and the server's own word on the socket. */
export type Ending = 'left' | 'kicked' | 'ended' | 'rejected' | 'disconnected' | 'failed' | 'replaced' | 'full' | 'closed';

/** Reads the reason that the server gives when it closes a socket for good (code 1000). */
export function endingOf(reason: string): Ending {
  if (/^left$/i.test(reason)) return 'left';
  if (/replaced/i.test(reason)) return 'replaced';
  if (/removed/i.test(reason)) return 'kicked';
  if (/ended/i.test(reason)) return 'ended';
  if (/full/i.test(reason)) return 'full';
  return 'closed';
}

/** One screen of text. */
export interface Notice {
  title: string;
  text: string;
  /** What the server said, in its own words, or a code to quote. */
  detail?: string;
  /** Text of the one button; none if trying again cannot help. */
  again?: string;
}

/** What the page says to somebody who may not come in. */
export function refusalNotice(refusal: Refusal): Notice {
  switch (refusal.cause) {
    case 'link':
      return {
        title: 'This link is not complete',
        text: 'It does not say which meeting to open. Ask the person who invited you for the whole link.',
        detail: '/meet?authToken=…\n/meet?room_id=…&access_token=…',
      };
    case 'network':
      return {
        title: 'The server cannot be reached',
        text: 'Check your connection to the network, then try again.',
        again: 'Try again',
      };
    case 'place':
      return {
        title: 'This page does not find its server',
        text:
          'Something else answered in its place. If a proxy stands in front of the server, it must pass everything below ' +
          'the same path: /meet, /v2, /ws and the rest.',
        detail: refusal.detail,
        again: 'Try again',
      };
    case 'socket':
      return {
        title: 'The connection cannot be opened',
        text:
          'Your browser reaches the server, but no web socket does. If a proxy stands in front of the server, it must pass web ' +
          'sockets, below the same path as this page.',
        again: 'Try again',
      };
    case 'client':
      return {
        title: 'The meeting could not be opened',
        text: 'Something went wrong while connecting.',
        detail: [refusal.code, refusal.message].filter(Boolean).join(' · ') || undefined,
        again: 'Try again',
      };
    case 'status':
      return { ...statusNotice(refusal.status, refusal.code), detail: refusal.message };
  }
}

/** Codes of the server's door that deserve words of their own. */
const BY_CODE: Record<string, Notice> = {
  MEETING_INACTIVE: { title: 'This meeting is not open', text: 'Nobody can enter it at the moment. Ask whoever runs it.' },
  MEMBER_BLOCKED: { title: 'You cannot enter this room', text: 'A host has blocked you.' },
  NOT_INVITED: { title: 'You are not invited to this room', text: 'Only invited people can enter it, each with a link of their own.' },
  ROOM_NOT_FOUND: { title: 'There is no such room', text: 'The room in this link does not exist, or no longer does.' },
  ROOM_TERMINATED: { title: 'This room is closed', text: 'The room has been closed for good. Nobody can enter it any more.' },
};

function statusNotice(status: number, code?: string): Notice {
  const known = code === undefined ? undefined : BY_CODE[code];
  if (known) return known;
  if (status === 401) {
    return { title: 'This link is not valid', text: 'It is damaged, has expired, or was made for another server. Ask for a new one.' };
  }
  if (status === 403) {
    return { title: 'You cannot enter this meeting', text: 'It is not open at the moment, or not open to you.' };
  }
  if (status === 404) {
    return { title: 'You are not on the list of this meeting', text: 'Your place in it has been removed, or the meeting is gone.' };
  }
  if (status === 429) {
    return { title: 'Too many people at the door', text: 'The server asks you to wait a moment.', again: 'Try again' };
  }
  if (status >= 500) {
    return { title: 'The server has a problem', text: 'That is not your fault. Try again in a moment.', again: 'Try again' };
  }
  return { title: 'You cannot enter this meeting', text: 'The server turned this link down.' };
}

/** What the page says to somebody who was in and is out. */
export function endingNotice(ending: Ending, detail?: string): Notice {
  const again = 'Join again';
  switch (ending) {
    case 'left':
      return { title: 'You have left the meeting', text: 'You can close this page.', again };
    case 'kicked':
      return { title: 'You were removed from the meeting', text: 'A host has ended your stay.' };
    case 'ended':
      return { title: 'The meeting has ended', text: 'A host has ended it for everybody.' };
    case 'rejected':
      return { title: 'You were not let in', text: 'A host has declined your request to join.' };
    case 'replaced':
      return { title: 'You are in this meeting somewhere else', text: 'Another tab or device has taken over this connection.', again: 'Use this one' };
    case 'full':
      return { title: 'The meeting is full', text: 'Somebody must leave before you can enter.', again: 'Try again' };
    case 'closed':
      return { title: 'The server has closed the connection', text: 'You are no longer in the meeting.', detail, again };
    case 'disconnected':
    case 'failed':
      return { title: 'The connection was lost', text: 'It could not be restored. Check your network, then join again.', again };
  }
}
