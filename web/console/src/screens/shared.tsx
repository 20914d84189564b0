/** What whoever has a link sees: one report, to read. The link's secret is behind the `#`, which no server is sent. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import { Failed, own, take } from '../api/client.ts';
import { useAsked } from '../api/query.ts';
import type { components } from '../api/sederunt.d.ts';
import { Mark } from '../parts/icon.tsx';
import { Problem } from '../parts/problem.tsx';
import { Zone } from '../parts/top.tsx';
import { date } from '../time/format.ts';
import { zone } from '../time/zone.ts';
import { words } from '../words/attendance.ts';
import { Body } from './attendance/body.tsx';
import { type Report, asTold } from './attendance/count.ts';
import { USUAL, type View } from './attendance/url.ts';
import '../session.css';
import '../attendance.css';
import '../attendance-parts.css';

type Opened = components['schemas']['OpenedShare'];

const SECRET = /^#([0-9a-f]{64})$/;
/** A session that is LIVE is asked for again so often: there is no feed for whoever has a link. */
const ANEW_MS = 15_000;

export default function Shared() {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    document.title = `${words.title} · Sederunt`;
    // Another link in the same tab is another report.
    const follow = (): void => setHash(location.hash);
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  const secret = SECRET.exec(hash)?.[1];
  return (
    <main class="shared" id="content">
      {secret ? <Opening key={secret} secret={secret} /> : <Sorry title={words.sharedMissing} more={words.sharedMissingMore} />}
    </main>
  );
}

function Head({ opened }: { opened?: Opened }) {
  return (
    <header class="topbar">
      <span class="mark" aria-hidden="true">
        <Mark />
      </span>
      <h1>{words.title}</h1>
      {opened && <span class="pill">{words.shared(date(Date.parse(opened.expires_at), zone.value))}</span>}
      <span class="end">
        <Zone />
      </span>
    </header>
  );
}

function Sorry({ title, more }: { title: string; more: string }) {
  return (
    <>
      <Head />
      <div class="card empty">
        <h2>{title}</h2>
        <p>{more}</p>
      </div>
    </>
  );
}

/** What cannot be shown, and why. */
function Refused({ error, again }: { error: Error; again: () => void }) {
  if (error instanceof Failed && error.status === 401) return <Sorry title={words.sharedOver} more={words.sharedOverMore} />;
  return (
    <>
      <Head />
      <Problem error={error} again={again} />
    </>
  );
}

function Opening({ secret }: { secret: string }) {
  const found = useAsked<Opened>({ key: ['share', secret], ask: (signal) => take(own.POST('/shares/open', { body: { secret }, signal })) });
  const { data, error, refetch } = found.value;
  if (error) return <Refused error={error} again={() => void refetch()} />;
  if (!data) return <Head />;
  return <Reading opened={data} />;
}

function Reading({ opened }: { opened: Opened }) {
  const { id } = opened;
  const found = useAsked<Report>({
    key: ['shared', id],
    keep: true,
    ask: (signal) => take(own.GET('/shares/{share_id}/attendance', { params: { path: { share_id: id } }, signal })),
  });
  const { data, error, refetch } = found.value;
  const isLive = data?.sessions.some(({ status }) => status === 'LIVE') ?? false;
  useEffect(() => {
    if (!isLive) return undefined;
    const timer = setInterval(() => document.visibilityState === 'visible' && void refetch(), ANEW_MS);
    return () => clearInterval(timer);
  }, [isLive]);
  if (error && (!data || (error instanceof Failed && error.status === 401))) return <Refused error={error} again={() => void refetch()} />;
  return (
    <>
      <Head opened={opened} />
      {error && <Problem error={error} again={() => void refetch()} />}
      {data && <Told id={id} report={data} />}
    </>
  );
}

function Told({ id, report }: { id: string; report: Report }) {
  const register = useMemo(() => asTold(report), [report]);
  const { rule } = report;
  const [own_, setOwn] = useState<Partial<View>>({});
  const view: View = { ...USUAL, ...own_, share: rule.share, gap: rule.gap, late: rule.late, away: rule.away, absent: rule.absent ?? false, without: rule.without_presets };
  const csv = (form: string): string => `/sederunt/v1/shares/${id}/attendance.csv?${new URLSearchParams({ form, tz: zone.value })}`;
  return (
    <Body
      report={report}
      register={register}
      view={view}
      title={report.sessions.at(-1)?.title || words.untitled}
      change={(next) => setOwn({ ...own_, page: 1, ...next })}
      csv={csv}
      isShared
    />
  );
}
