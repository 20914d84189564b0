/** Links to this report, for whoever has no account. */
import { useMemo, useRef, useState } from 'preact/hooks';
import { own, take } from '../../api/client.ts';
import { useAsked } from '../../api/query.ts';
import type { components } from '../../api/sederunt.d.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { LinkQr } from '../../parts/link-qr.tsx';
import { Problem } from '../../parts/problem.tsx';
import { app, serverNow, who } from '../../session.ts';
import { date, dateTime } from '../../time/format.ts';
import { zone } from '../../time/zone.ts';
import { words } from '../../words/attendance.ts';
import type { View } from './url.ts';

type Share = components['schemas']['Share'];

const DAYS = [7, 30, 90, 365];
const DAY_MS = 86_400_000;
let opened = 0;

/** For those who may change something; the others have no use for it. */
export function ShareButton({ view }: { view: View }) {
  const [open, setOpen] = useState(false);
  if (who.value?.mode !== 'full') return null;
  return (
    <>
      <button type="button" class="button" onClick={() => setOpen(true)}>
        {words.share}
      </button>
      {open && <Sharing view={view} close={() => setOpen(false)} />}
    </>
  );
}

function isOf({ session_id, meeting_id }: Share, view: View): boolean {
  return view.session_id ? session_id === view.session_id : meeting_id === view.meeting_id;
}

function Sharing({ view, close }: { view: View; close: () => void }) {
  const path = { app_id: app.value?.id ?? '' };
  const [url, setUrl] = useState('');
  const [error, setError] = useState<Error>();
  // Asked for whenever it is opened: links are used meanwhile.
  const nth = useMemo(() => (opened += 1), []);
  const found = useAsked<readonly Share[]>({
    key: ['shares', path.app_id, nth],
    ask: async (signal) => (await take(own.GET('/apps/{app_id}/shares', { params: { path }, signal }))).shares,
  });
  const { data, error: unread, refetch } = found.value;
  const tried = async (what: () => Promise<void>): Promise<void> => {
    setError(undefined);
    try {
      await what();
    } catch (failed) {
      setError(failed as Error);
    }
    void refetch();
  };
  const make = (names: boolean, days: number): Promise<void> =>
    tried(async () => {
      const { session_id, meeting_id, from, to, share, gap, late, away, absent, without } = view;
      const rule = { share, gap, late, away, absent, without_presets: [...without], ...(from ? { from } : {}), ...(to ? { to } : {}) };
      const body = { kind: 'attendance' as const, ...(session_id ? { session_id } : { meeting_id }), rule, names, expires_at: new Date(serverNow() + days * DAY_MS).toISOString() };
      const made = await take(own.POST('/apps/{app_id}/shares', { params: { path }, body: body as never }));
      // The server may be known by another name to itself than to us.
      setUrl(location.origin + new URL(made.url ?? '').pathname + new URL(made.url ?? '').hash);
    });
  const end = (id: string): Promise<void> => tried(async () => void (await take(own.DELETE('/apps/{app_id}/shares/{share_id}', { params: { path: { ...path, share_id: id } } }))));
  const shares = [...(data ?? [])].sort((a, b) => Number(isOf(b, view)) - Number(isOf(a, view)));
  return (
    <Dialog title={words.shareTitle} close={close}>
      <p class="soft">
        {words.shareMore} {view.meeting_id && words.shareLive}
      </p>
      {url ? <Once url={url} /> : <New make={make} />}
      {(error ?? unread) && <Problem error={(error ?? unread) as Error} again={() => void refetch()} />}
      <h3>{words.shareLinks}</h3>
      {data && shares.length === 0 && <p class="soft">{words.shareNone}</p>}
      <ul class="share-list">
        {shares.map((share) => (
          <Link key={share.id} share={share} isThis={isOf(share, view)} end={() => end(share.id)} />
        ))}
      </ul>
    </Dialog>
  );
}

function New({ make }: { make: (names: boolean, days: number) => Promise<void> }) {
  const [names, setNames] = useState(true);
  const [days, setDays] = useState(30);
  const [busy, setBusy] = useState(false);
  return (
    <form
      class="share-new"
      onSubmit={(event) => {
        event.preventDefault();
        setBusy(true);
        void make(names, days).finally(() => setBusy(false));
      }}
    >
      <label class="check">
        <input type="checkbox" checked={names} onChange={(event) => setNames(event.currentTarget.checked)} />
        {words.shareNames}
      </label>
      <label class="check">
        {words.shareUntil}
        <select class="button" value={String(days)} onChange={(event) => setDays(Number(event.currentTarget.value))}>
          {DAYS.map((n) => (
            <option key={n} value={String(n)} selected={n === days}>
              {words.shareDays(n)}
            </option>
          ))}
        </select>
      </label>
      <button type="submit" class="button primary" disabled={busy}>
        {words.shareMake}
      </button>
    </form>
  );
}

/** The link, which nobody is shown again. */
function Once({ url }: { url: string }) {
  const field = useRef<HTMLInputElement>(null);
  const [done, setDone] = useState(false);
  const copy = async (): Promise<void> => {
    field.current?.select();
    await navigator.clipboard.writeText(url);
    setDone(true);
  };
  return (
    <div class="share-once">
      <p role="status">{words.shareOnce}</p>
      <div class="row">
        <span class="field wide">
          <input ref={field} class="mono" readOnly value={url} aria-label={words.shareTitle} onFocus={(event) => event.currentTarget.select()} />
        </span>
        <button type="button" class="button primary" onClick={() => void copy()}>
          {done ? words.copied : words.shareCopy}
        </button>
      </div>
      <LinkQr text={url} />
    </div>
  );
}

function Link({ share, isThis, end }: { share: Share; isThis: boolean; end: () => Promise<void> }) {
  const [sure, setSure] = useState(false);
  const { session_id, meeting_id, names, expires_at, last_used_at } = share;
  const what = isThis ? words.shareOfThis : session_id ? words.shareOfSession(session_id) : words.shareOfMeeting(meeting_id ?? '');
  const used = last_used_at ? words.shareUsed(dateTime(Date.parse(last_used_at), zone.value)) : words.shareUnused;
  return (
    <li>
      <span class="grow">
        <b>{what}</b>
        <span class="soft">{sure ? words.shareEndMore : words.shareLine(names, date(Date.parse(expires_at), zone.value), used)}</span>
      </span>
      {sure ? (
        <>
          <button type="button" class="button bad" onClick={() => void end()}>
            {words.shareEndButton}
          </button>
          <button type="button" class="button" onClick={() => setSure(false)}>
            {words.shareKeep}
          </button>
        </>
      ) : (
        <button type="button" class="button quiet" aria-label={`${words.shareEnd}: ${what}`} onClick={() => setSure(true)}>
          {words.shareEnd}
        </button>
      )}
    </li>
  );
}
