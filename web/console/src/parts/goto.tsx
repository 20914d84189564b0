/** Ctrl K: to a session by a part of its title or id. `?`: what the keys do. */
import { useLocation } from 'preact-iso';
import { useEffect, useRef, useState } from 'preact/hooks';
import { kit, take } from '../api/client.ts';
import type { Session } from '../list/columns.tsx';
import { app, who } from '../session.ts';
import { dateTime } from '../time/format.ts';
import { zone } from '../time/zone.ts';
import { words } from '../words/goto.ts';
import { Dialog } from './dialog.tsx';

/** After the last key. */
const TYPED_MS = 150;
const MOST = 8;

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

function GoTo({ close }: { close: () => void }) {
  const { route } = useLocation();
  const [found, setFound] = useState<readonly Session[]>();
  const list = useRef<HTMLUListElement>(null);
  const timer = useRef(0);
  const asking = useRef<AbortController | undefined>(undefined);
  useEffect(() => () => asking.current?.abort(), []);
  const ask = async (search: string): Promise<void> => {
    asking.current?.abort();
    asking.current = new AbortController();
    const { signal } = asking.current;
    try {
      const path = { account_id: who.value?.account_id ?? '', app_id: app.value?.id ?? '' };
      const asked = kit.GET('/accounts/{account_id}/realtime/kit/{app_id}/sessions', { params: { path, query: { search, per_page: MOST } }, signal });
      setFound((await take(asked)).data.sessions);
    } catch {
      // A newer question took its place, or the next key asks again.
    }
  };
  const open = (id: string): void => {
    close();
    route(`/console/sessions/${id}`);
  };
  const links = (): HTMLElement[] => [...(list.current?.querySelectorAll<HTMLElement>('a') ?? [])];
  const move = (event: KeyboardEvent): void => {
    const all = links();
    const at = all.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    (all[to] ?? event.currentTarget as HTMLElement).focus();
  };
  return (
    <Dialog title={words.title} close={close}>
      <div onKeyDown={move} tabIndex={-1}>
        <label class="field wide">
          <input
            type="search"
            autofocus
            placeholder={words.placeholder}
            aria-label={words.title}
            onInput={(event) => {
              const text = event.currentTarget.value.trim();
              clearTimeout(timer.current);
              timer.current = window.setTimeout(() => void (text ? ask(text) : setFound(undefined)), TYPED_MS);
            }}
            onKeyDown={(event) => {
              const first = found?.[0];
              if (event.key === 'Enter' && first) open(first.id);
            }}
          />
        </label>
        <ul class="menu found" ref={list}>
          {found?.map(({ id, meeting_display_name: title, started_at, status }) => (
            <li key={id}>
              <a
                href={`/console/sessions/${id}`}
                onClick={(event) => {
                  event.preventDefault();
                  open(id);
                }}
              >
                <b>{title || words.untitled}</b>
                <span class="soft">{dateTime(Date.parse(started_at), zone.value)}</span>
                {status === 'LIVE' && <span class="pill live">{words.live}</span>}
              </a>
            </li>
          ))}
        </ul>
        {found?.length === 0 && <p class="soft">{words.none}</p>}
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
