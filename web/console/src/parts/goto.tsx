/** Ctrl K: to a page by its name, to a session or a meeting by a part of its title or id. `?`: what the keys do. */
import { useLocation } from 'preact-iso';
import { useEffect, useRef, useState } from 'preact/hooks';
import { kit, take } from '../api/client.ts';
import { groups } from '../pages.ts';
import { has } from '../rights.ts';
import { app, who } from '../session.ts';
import { dateTime } from '../time/format.ts';
import { zone } from '../time/zone.ts';
import { words } from '../words/goto.ts';
import { Dialog } from './dialog.tsx';
import { Icon, type Shape } from './icon.tsx';

/** After the last key. */
const TYPED_MS = 150;
/** Sessions that are shown, and as many meetings. */
const MOST = 6;

export function Shortcuts() {
  const [open, setOpen] = useState<'goto' | 'keys'>();
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if ((event.ctrlKey || event.metaKey) && event.key === 'k') {
        event.preventDefault();
        setOpen('goto');
      }
      const typing = /^(INPUT|TEXTAREA|SELECT)$/.test((event.target as HTMLElement).tagName);
      if (event.key === '?' && !typing) setOpen('keys');
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, []);
  const close = (): void => setOpen(undefined);
  if (open === 'goto') return <GoTo close={close} />;
  if (open === 'keys') return <Keys close={close} />;
  return null;
}

/** Somewhere to go. */
interface Place {
  readonly to: string;
  readonly title: string;
  /** What tells it from others of its kind. */
  readonly more?: string;
  readonly live?: boolean;
  readonly icon: Shape;
}

/** Sessions and meetings that have it in their title or id: the search of both lists. */
async function search(text: string, signal: AbortSignal): Promise<Place[]> {
  const path = { account_id: who.value?.account_id ?? '', app_id: app.value?.id ?? '' };
  const params = { path, query: { search: text, per_page: MOST } };
  const [sessions, meetings] = await Promise.all([
    take(kit.GET('/accounts/{account_id}/realtime/kit/{app_id}/sessions', { params, signal })),
    has('meetings') ? take(kit.GET('/accounts/{account_id}/realtime/kit/{app_id}/meetings', { params, signal })) : undefined,
  ]);
  return [
    ...sessions.data.sessions.map(({ id, meeting_display_name: title, started_at, status }) => ({
      to: `/console/sessions/${id}`,
      title: title || words.untitled,
      more: dateTime(Date.parse(started_at), zone.value),
      live: status === 'LIVE',
      icon: 'sessions' as const,
    })),
    ...(meetings?.data ?? []).map(({ id, title }) => ({ to: `/console/meetings/${id}`, title: title || words.untitled, more: words.meeting, icon: 'meetings' as const })),
  ];
}

function GoTo({ close }: { close: () => void }) {
  const { route } = useLocation();
  const [typed, setTyped] = useState('');
  const [found, setFound] = useState<readonly Place[]>();
  const list = useRef<HTMLUListElement>(null);
  const timer = useRef(0);
  const asking = useRef<AbortController | undefined>(undefined);
  useEffect(() => () => asking.current?.abort(), []);
  const ask = async (text: string): Promise<void> => {
    asking.current?.abort();
    asking.current = new AbortController();
    try {
      setFound(text && app.value ? await search(text, asking.current.signal) : []);
    } catch {
      // A newer question took its place, or the next key asks again.
    }
  };
  const open = (to: string): void => {
    close();
    route(to);
  };
  const matches = (text: string): boolean => text.toLowerCase().includes(typed.toLowerCase());
  const pages: Place[] = groups().flatMap((group) => group.pages.filter(({ text }) => matches(text)).map(({ to, text, icon }) => ({ to, title: text, icon })));
  const places = [...pages, ...(found ?? [])];
  const links = (): HTMLElement[] => [...(list.current?.querySelectorAll<HTMLElement>('a') ?? [])];
  const move = (event: KeyboardEvent): void => {
    const all = links();
    const at = all.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    (all[to] ?? (event.currentTarget as HTMLElement).querySelector('input'))?.focus();
  };
  return (
    <Dialog title={words.title} close={close}>
      <div onKeyDown={move}>
        <label class="field wide">
          <Icon name="search" />
          <input
            type="search"
            autofocus
            placeholder={words.placeholder}
            aria-label={words.title}
            onInput={(event) => {
              const text = event.currentTarget.value.trim();
              setTyped(text);
              clearTimeout(timer.current);
              timer.current = window.setTimeout(() => void ask(text), text ? TYPED_MS : 0);
            }}
            onKeyDown={(event) => {
              const first = places[0];
              if (event.key === 'Enter' && first) open(first.to);
            }}
          />
        </label>
        <ul class="menu found" ref={list}>
          {places.map(({ to, title, more, live, icon }) => (
            <li key={to}>
              <a
                href={to}
                onClick={(event) => {
                  event.preventDefault();
                  open(to);
                }}
              >
                <Icon name={icon} />
                <b class="cut">{title}</b>
                {more && <span class="soft">{more}</span>}
                {live && <span class="pill live">{words.live}</span>}
              </a>
            </li>
          ))}
        </ul>
        <p class="soft" role="status">
          {typed && found?.length === 0 && places.length === 0 && words.none}
        </p>
      </div>
    </Dialog>
  );
}

function Keys({ close }: { close: () => void }) {
  return (
    <Dialog title={words.keys} close={close}>
      <dl class="keys-list">
        {words.all.map(([keys, what]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
