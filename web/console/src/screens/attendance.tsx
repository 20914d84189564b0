/** Who was there, long enough? Of one session, or of those of a meeting. The rule is in the address. */
import { useLocation } from 'preact-iso';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { Failed, own, take } from '../api/client.ts';
import { useAsked } from '../api/query.ts';
import { listen, liveClock } from '../feed/hub.ts';
import { Missing } from '../parts/missing.tsx';
import { Problem } from '../parts/problem.tsx';
import { Top } from '../parts/top.tsx';
import { app } from '../session.ts';
import { zone } from '../time/zone.ts';
import { words } from '../words/attendance.ts';
import { Body } from './attendance/body.tsx';
import { type Report, counted } from './attendance/count.ts';
import { Pick } from './attendance/pick.tsx';
import { Rules, Window } from './attendance/rules.tsx';
import { ShareButton } from './attendance/share.tsx';
import { type View, query, readView, writeView } from './attendance/url.ts';
import '../session.css';
import '../attendance.css';
import '../attendance-parts.css';

/** Changes that come together are one question. */
const TOGETHER_MS = 300;
/** How the server begins when there are more sessions or people than one register has. Where it refuses what was asked, it says which and why. */
const TOO_LARGE = /^more /;

export default function Attendance() {
  const { url } = useLocation();
  const search = new URL(url, location.origin).search;
  const view = useMemo(() => readView(search), [search]);
  useEffect(() => {
    document.title = `${words.title} · Sederunt`;
  }, []);
  if (view.session_id || view.meeting_id) return <Counted view={view} />;
  // A link that was cut off leads nowhere, and says so.
  const params = new URLSearchParams(search);
  return params.get('session_id') || params.get('meeting_id') ? <Nothing /> : <Pick />;
}

/** What the report was to be of. */
function Nothing() {
  return <Missing crumb={<Crumb />} title={words.missing} href="/console/attendance" back={words.back} />;
}

/** What the server has to be asked for; everything else is counted here. */
function useReport({ session_id, meeting_id, from, to, absent }: View) {
  const id = app.value?.id ?? '';
  const asked = { ...(session_id ? { session_id } : { meeting_id }), ...(from ? { from } : {}), ...(to ? { to } : {}), ...(absent ? { absent } : {}), stays: true };
  const found = useAsked<Report>({
    key: ['attendance', id, asked],
    keep: true,
    ask: (signal) => take(own.GET('/apps/{app_id}/attendance', { params: { path: { app_id: id }, query: asked as never }, signal })),
  });
  useEffect(() => {
    let timer = 0;
    const stop = listen((changes) => {
      const isOurs = changes.some((one) => (session_id ? one.session_id === session_id : one.meeting_id === meeting_id));
      if (isOurs) timer ||= window.setTimeout(() => {
        timer = 0;
        void found.value.refetch();
      }, TOGETHER_MS);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [session_id, meeting_id]);
  return found;
}

function Crumb() {
  return (
    <a class="crumb" href="/console/attendance">
      {words.title}
    </a>
  );
}

function Counted({ view }: { view: View }) {
  const { route } = useLocation();
  const found = useReport(view);
  const { data, error, refetch } = found.value;
  const change = (next: Partial<View>, replace = false): void => route(`/console/attendance${writeView({ ...view, page: 1, ...next })}`, replace);
  if (error instanceof Failed && error.status === 404) return <Nothing />;
  const told = error instanceof Failed && TOO_LARGE.test(error.message) ? new Failed(error.status, words.tooLarge, error.request) : error;
  const isLive = data?.sessions.some(({ status }) => status === 'LIVE') ?? false;
  // An ended session stands still.
  const now = isLive ? liveClock.value : 0;
  const title = data?.sessions.at(-1)?.title;
  return (
    <>
      <Top live={isLive}>
        {view.session_id ? (
          <a class="crumb" href={`/console/sessions/${view.session_id}`}>
            {words.session}
          </a>
        ) : (
          <Crumb />
        )}
        <span class="crumb" aria-hidden="true">
          /
        </span>
        <h1>
          <span class="cut">{view.session_id ? words.title : words.register}</span>
        </h1>
        {isLive && <span class="pill live">{words.live}</span>}
      </Top>
      {told && <Problem error={told} again={() => void refetch()} />}
      {error && !data && !view.session_id && (
        <div class="bar">
          <Window view={view} change={change} />
        </div>
      )}
      {data ? <Shown report={data} view={view} now={now} title={title || words.untitled} change={change} /> : !error && <Skeleton />}
    </>
  );
}

function Shown({ report, view, now, title, change }: { report: Report; view: View; now: number; title: string; change: (next: Partial<View>, replace?: boolean) => void }) {
  const [moving, setMoving] = useState<number>();
  useEffect(() => setMoving(undefined), [view.share]);
  // While the slider moves the address is behind it; the verdicts are not.
  const shown = useMemo(() => (moving === undefined ? view : { ...view, share: moving }), [view, moving]);
  const register = useMemo(() => counted(report, shown, now), [report, shown, now]);
  const base = `/sederunt/v1/apps/${encodeURIComponent(app.value?.id ?? '')}/attendance.csv`;
  const csv = (form: string): string => `${base}?${new URLSearchParams({ ...query(view), form, tz: zone.value })}`;
  return (
    <Body
      report={report}
      register={register}
      view={shown}
      title={title}
      change={change}
      csv={csv}
      tools={
        <>
          <CopyLink />
          <ShareButton view={view} />
        </>
      }
      rules={<Rules report={report} view={shown} change={change} move={setMoving} />}
    />
  );
}

/** The address as it is, for somebody else who may sign in; in the zone that is looked at. */
function CopyLink() {
  const [done, setDone] = useState(false);
  const copy = async (): Promise<void> => {
    const link = new URL(location.href);
    link.searchParams.set('tz', zone.value);
    await navigator.clipboard.writeText(link.href);
    setDone(true);
    setTimeout(() => setDone(false), 1200);
  };
  return (
    <button type="button" class="button" onClick={() => void copy()}>
      {done ? words.copied : words.copyLink}
    </button>
  );
}

/** The true shape, before there is anything in it. */
function Skeleton() {
  return (
    <div class="skeleton" role="status" aria-label={words.loading}>
      <div class="card" />
      <div class="card" />
    </div>
  );
}
