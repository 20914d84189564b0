/** A report: its head, its verdicts, and its rows. For whoever counts here, and for whoever has a link. */
import type { ComponentChildren } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { Icon } from '../../parts/icon.tsx';
import { Menu } from '../../parts/menu.tsx';
import { Search } from '../../parts/search.tsx';
import { date, longDate, offset, time } from '../../time/format.ts';
import { zone } from '../../time/zone.ts';
import { words } from '../../words/attendance.ts';
import { type Report, chosen, twice, verdicts } from './count.ts';
import { How } from './how.tsx';
import { Matrix } from './matrix.tsx';
import { People } from './people.tsx';
import type { Register, Row } from './rule.ts';
import type { View } from './url.ts';
import { Verdicts } from './verdicts.tsx';

interface Props {
  readonly report: Report;
  readonly register: Register;
  readonly view: View;
  readonly title: string;
  readonly change: (next: Partial<View>, replace?: boolean) => void;
  readonly csv: (form: 'rows' | 'matrix') => string;
  readonly tools?: ComponentChildren;
  readonly rules?: ComponentChildren;
  /** Whoever has a link goes nowhere else. */
  readonly isShared?: boolean;
}

export function Body({ report, register, view, title, change, csv, tools, rules, isShared = false }: Props) {
  const [how, setHow] = useState<string>();
  const { rows } = register;
  const shown = useMemo(() => chosen(rows, view), [rows, view.verdict, view.find, view.sort]);
  const doubles = useMemo(() => twice(rows), [rows]);
  const explained = rows.find(({ key }) => key === how);
  const isTerm = report.sessions.length !== 1;
  const told = words.ruleTold(view.share, words.gaps(view.gap), words.lates(view.late), view.away, view.absent, view.without);
  const open = (row: Row | undefined): void => setHow(row?.key);
  if (isTerm && report.sessions.length === 0) {
    return (
      <div class="report">
        <section class="card report-head">
          <div class="report-rules">{rules}</div>
        </section>
        <div class="card empty">
          <h2>{words.noSessions}</h2>
        </div>
      </div>
    );
  }
  return (
    <div class="report">
      <section class="card report-head" aria-label={title}>
        <div class="report-what">
          <h2>{title}</h2>
          <p class="soft">{isTerm ? <Term report={report} /> : <Window register={register} report={report} />}</p>
          <div class="row report-tools">
            <Csv csv={csv} isTerm={isTerm} />
            <button type="button" class="button" onClick={() => print()}>
              {words.print}
            </button>
            {tools}
          </div>
        </div>
        <div class="report-rules">{isShared ? <p class="soft rule-told">{told}</p> : rules}</div>
        {!isShared && <p class="rule-told paper">{told}</p>}
        <Verdicts found={verdicts(rows)} chosen={view.verdict} withAbsent={view.absent} choose={(verdict) => change({ verdict })} />
      </section>
      <div class="report-bar">
        <Search text={view.find ?? ''} hint={words.find} label={words.find} send={(find, replace) => change({ find: find || undefined }, replace)} />
        <span class="soft" role="status">
          {words.of(shown.length, rows.length, register.left_out)}
        </span>
        {rows.length > 0 && (
          <button type="button" class="link how" onClick={() => open(shown[0] ?? rows[0])}>
            {words.how}
          </button>
        )}
      </div>
      {rows.length === 0 ? (
        <div class="card empty">
          <h2>{words.nobody}</h2>
          <p>{words.nobodyMore}</p>
        </div>
      ) : isTerm ? (
        <Matrix report={report} rows={shown} doubles={doubles} view={view} change={change} open={open} />
      ) : (
        <People at={report.sessions[0]?.from ?? 0} rows={shown} doubles={doubles} view={view} change={change} open={open} />
      )}
      {explained && <How row={explained} report={report} view={view} close={() => setHow(undefined)} isShared={isShared} />}
    </div>
  );
}

function Window({ report, register }: { report: Report; register: Register }) {
  const [session] = report.sessions;
  if (!session) return null;
  const { from } = session;
  const isLive = session.status === 'LIVE';
  const to = isLive ? from + (register.rows[0]?.total.window_ms ?? session.to - from) : session.to;
  return (
    <>
      {longDate(from, zone.value)}, {time(from, zone.value)} – {isLive ? `${words.now} ${time(to, zone.value)}` : time(to, zone.value)} · {zone.value} {offset(zone.value, from)}
      {isLive && ` · ${words.liveMore}`}
    </>
  );
}

function Term({ report }: { report: Report }) {
  const [first, last] = [report.sessions[0], report.sessions.at(-1)];
  if (!first || !last) return null;
  // As the clocks were, which may have been changed in between.
  const offsets = [...new Set([first, last].map(({ started_at }) => offset(zone.value, started_at)))];
  return (
    <>
      {words.meetingOf(report.sessions.length)}, {date(first.started_at, zone.value)} – {date(last.started_at, zone.value)} · {zone.value} {offsets.join(' – ')}
    </>
  );
}

function Csv({ csv, isTerm }: { csv: Props['csv']; isTerm: boolean }) {
  return (
    <Menu
      class="button primary"
      label={
        <>
          {words.csv} <Icon name="down" />
        </>
      }
    >
      {(close) => (
        <div class="menu">
          {(['rows', 'matrix'] as const).map((form) => (
            <a key={form} href={csv(form)} download target="_self" onClick={close}>
              <span>
                {form === 'matrix' ? words.csvMatrix : isTerm ? words.csvRows : words.csvRowsOne}
                <br />
                <span class="faint">{words.zoneOf(zone.value)}</span>
              </span>
            </a>
          ))}
        </div>
      )}
    </Menu>
  );
}
