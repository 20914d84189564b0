/** The timeline of a session, whole: with all of its people, however many answers that takes. */
import { own, take } from '../../api/client.ts';
import type { components } from '../../api/sederunt.d.ts';
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

/** Asks; when nothing has happened since `last`, that is the answer. */
export async function ask(app: string, id: string, last: Told | undefined, signal: AbortSignal): Promise<Told> {
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
