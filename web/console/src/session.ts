/** Who is signed in, and which app is looked at. */
import { computed, signal } from '@preact/signals';
import { onSignedOut, own, take } from './api/client.ts';
import { queries } from './api/query.ts';
import type { components } from './api/sederunt.d.ts';
import { words } from './words/frame.ts';

export type Who = components['schemas']['ConsoleSession'];

/** `undefined` = not known yet, `null` = nobody. */
export const who = signal<Who | null | undefined>(undefined);
/** What is said on the way to the sign-in. */
export const farewell = signal('');

/** Milliseconds by which the server's clock is ahead of ours. */
let ahead = 0;

const APP = 'sederunt-app';
const chosen = signal(localStorage.getItem(APP) ?? '');

/** The app that is looked at. */
export const app = computed(() => {
  const apps = who.value?.apps ?? [];
  return apps.find(({ id }) => id === chosen.value) ?? apps.at(0);
});

export function choose(id: string): void {
  chosen.value = id;
  localStorage.setItem(APP, id);
}

/** The server's clock. */
export function serverNow(): number {
  return Date.now() + ahead;
}

function met(session: Who): void {
  ahead = Date.parse(session.now) - Date.now();
  farewell.value = '';
  who.value = session;
}

/** Other tabs of this browser have the same cookie: what one of them does with it concerns all. */
const tabs = new BroadcastChannel('sederunt-sign-in');

tabs.onmessage = ({ data }) => {
  if (data === 'out' && who.value) gone(words.elsewhere);
  if (data === 'in' && who.value === null) void look();
};

/** Asks who is signed in. */
export async function look(): Promise<void> {
  try {
    met(await take(own.GET('/console/session')));
  } catch (error) {
    const refused = (error as { status?: number }).status === 401;
    if (who.value) {
      if (refused) gone(words.ended);
      return;
    }
    who.value = null;
    if (!refused) farewell.value = (error as Error).message;
  }
}

export async function signIn(body: { token?: string; once?: string; look_only?: boolean }): Promise<void> {
  met(await take(own.POST('/console/session', { body })));
  tabs.postMessage('in');
}

export async function signOut(): Promise<void> {
  await take(own.DELETE('/console/session'));
  gone('');
  tabs.postMessage('out');
}

/** Nobody is signed in any more. */
export function gone(why: string): void {
  queries.clear();
  farewell.value = why;
  who.value = null;
}

onSignedOut(() => {
  if (who.value) gone(words.ended);
});
