/** The timeline of a session, whole: with all of its people, however many answers that takes. */
import { own, take } from '../../api/client.ts';
import type { components } from '../../api/sederunt.d.ts';
import { goOn } from './goes-on.ts';
import type { Lane } from './model.ts';

export type Told = components['schemas']['Timeline'];

/** What every part of the screen is given. */
export interface Shown {
  readonly told: Told;
  readonly lanes: readonly Lane[];
  /** The instant up to which open stays are drawn. */
  readonly now: number;
  /** Id of the person whose story is told. */
  readonly person: string;
  readonly show: (person: string) => void;
}

/** Changes that are folded into what is known; with more it is as well told whole. */
const CHANGES_MOST = 1_000;

/** What has happened in a LIVE session since it was told, from its own facts; `undefined` = it has to be told whole. */
async function more(app: string, last: Told, signal: AbortSignal): Promise<Told | undefined> {
  const query = { session_id: last.session.id, after: last.seq, limit: CHANGES_MOST };
  const { events, has_more } = await take(own.GET('/apps/{app_id}/events', { params: { path: { app_id: app }, query }, signal }));
  return has_more ? undefined : goOn(last, events);
}

/** Asks; when nothing has happened since `last`, that is the answer. */
export async function ask(app: string, id: string, last: Told | undefined, signal: AbortSignal): Promise<Told> {
  const gone = last?.session.status === 'LIVE' ? await more(app, last, signal) : undefined;
  if (gone) return gone;
  const page = async (after: number, tag?: string): Promise<Told | undefined> => {
    const asked = own.GET('/apps/{app_id}/sessions/{session_id}/timeline', {
      params: { path: { app_id: app, session_id: id }, query: { after } },
      headers: tag ? { 'if-none-match': tag } : {},
      signal,
    });
    if ((await asked).response.status === 304) return undefined;
    return take(asked);
  };
  const first = await page(0, last ? `"${last.seq}"` : undefined);
  if (!first) return last as Told;
  let { people, stays, next } = first;
  while (next !== undefined) {
    const more = await page(next);
    if (!more) break;
    people = [...people, ...more.people];
    stays = [...stays, ...more.stays];
    next = more.next;
  }
  return { ...first, people, stays };
}
