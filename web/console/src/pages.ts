/** The pages that there are for whoever is signed in, in the order of the rail. What is not built, or not theirs, is none. */
import type { Shape } from './parts/icon.tsx';
import { has } from './rights.ts';
import { app } from './session.ts';
import { words } from './words/frame.ts';

export interface Page {
  readonly to: string;
  readonly icon: Shape;
  readonly text: string;
}
/** Pages that belong together; the first ones need no heading. */
export interface Group {
  readonly title?: string;
  readonly pages: readonly Page[];
}

const page = (name: string, text: string, icon = name as Shape): Page => ({ to: `/console${name && `/${name}`}`, icon, text });

export function groups(): readonly Group[] {
  const isApp = app.value !== undefined;
  const all: { title?: string; pages: (Page | false)[] }[] = [
    {
      pages: [
        page('', words.overview, 'overview'),
        page('sessions', words.sessions),
        has('meetings') && isApp && page('meetings', words.meetings),
        page('people', words.people),
      ],
    },
    { title: words.reports, pages: [page('attendance', words.attendance, 'check'), page('usage', words.usage)] },
    {
      title: words.developers,
      pages: [has('webhooks') && isApp && page('webhooks', words.webhooks), has('tokens') && page('tokens', words.tokens), has('apps') && page('apps', words.apps)],
    },
    { title: words.server, pages: [has('system') && page('system', words.system)] },
  ];
  return all.map((group) => ({ ...group, pages: group.pages.filter((one) => one !== false) })).filter(({ pages }) => pages.length > 0);
}
