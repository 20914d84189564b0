/** Sessions over time, for the filtered set: where one is, and where one could go. */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { own, take } from '../api/client.ts';
import { useAsked } from '../api/query.ts';
import { date, monthNames, number } from '../time/format.ts';
import { wallAt } from '../time/ranges.ts';
import { zone } from '../time/zone.ts';
import { words } from '../words/sessions.ts';
import { type Filters, query } from './url.ts';

interface Props {
  readonly app: string;
  readonly filters: Filters;
  /** The instant of the list; the strip follows by the minute. */
  readonly asOf: number;
  /** The first row that is seen; sessions are sorted newest first. */
  readonly at: number | undefined;
  readonly go: (row: number) => void;
  readonly choose: (from: string, to: string) => void;
}

/** A new session changes little of a picture of all. */
const ANEW_MS = 60_000;

export function Strip({ app, filters, asOf, at, go, choose }: Props) {
  const asked = { ...query(filters), tz: zone.value };
  delete (asked as Record<string, string>)['sort_by'];
  delete (asked as Record<string, string>)['sort_order'];
  const found = useAsked({
    key: ['counts', app, asked, Math.floor(asOf / ANEW_MS)],
    keep: true,
    ask: (signal) => take(own.GET('/apps/{app_id}/sessions/counts', { params: { path: { app_id: app }, query: asked as never }, signal })),
  });
  const own_ = useRef<SVGSVGElement>(null);
  const [from, setFrom] = useState<number>();
  const [width, setWidth] = useState(innerWidth);
  useLayoutEffect(() => setWidth(own_.current?.clientWidth || innerWidth));
  const counts = found.value.data;
  if (!counts || counts.buckets.length < 2) return null;
  const { buckets, by, total } = counts;
  const most = Math.max(1, ...buckets.map(({ sessions }) => sessions));
  // Newest first: before a bucket come all rows of the later ones.
  const before: number[] = new Array(buckets.length);
  let sum = 0;
  for (let i = buckets.length - 1; i >= 0; i -= 1) {
    before[i] = sum;
    sum += buckets[i]?.sessions ?? 0;
  }
  const bucketAt = (x: number): number => {
    const box = own_.current?.getBoundingClientRect();
    const share = box ? (x - box.left) / box.width : 0;
    return Math.max(0, Math.min(buckets.length - 1, Math.floor(share * buckets.length)));
  };
  const here = at === undefined ? undefined : placeOf(at, before, buckets);
  const done = (x: number): void => {
    const [start, end] = [from ?? 0, bucketAt(x)].sort((a, b) => a - b) as [number, number];
    setFrom(undefined);
    const [first, last] = [buckets[start], buckets[end]];
    if (!first || !last) return;
    if (start === end && at !== undefined) go(before[start] ?? 0);
    else choose(first.from, new Date(Date.parse(last.to) - 1).toISOString());
  };
  return (
    <figure class="card strip" title={words.stripHint}>
      <figcaption>
        {words.strip(by, most)}
        <span class="sr">. {words.stripLabel(by, total)}</span>
      </figcaption>
      <svg
        ref={own_}
        viewBox={`0 0 ${buckets.length} 100`}
        preserveAspectRatio="none"
        aria-hidden="true"
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setFrom(bucketAt(event.clientX));
        }}
        onPointerUp={(event) => done(event.clientX)}
      >
        {buckets.map(({ from: start, sessions }, i) => {
          const height = sessions ? Math.max(3, (sessions / most) * 100) : 0;
          return (
            <rect key={start} x={i + 0.1} width={0.8} y={100 - height} height={height}>
              <title>{`${date(Date.parse(start), zone.value)}: ${number(sessions)}`}</title>
            </rect>
          );
        })}
      </svg>
      <div class="axis" aria-hidden="true">
        {labels(buckets, by, zone.value, LABEL / width).map(({ at: share, text }) => (
          <span key={share} ref={(element) => element?.style.setProperty('inset-inline-start', `${share * 100}%`)}>
            {text}
          </span>
        ))}
      </div>
      {here !== undefined && <span class="here" ref={(element) => element?.style.setProperty('inset-inline-start', `calc(12px + (100% - 24px) * ${here})`)} />}
    </figure>
  );
}

interface Bucket {
  readonly from: string;
  readonly sessions: number;
}

/** How far along the strip a row is, 0 to 1. */
function placeOf(row: number, before: readonly number[], buckets: readonly Bucket[]): number {
  let found = 0;
  for (let i = buckets.length - 1; i >= 0; i -= 1) {
    const sessions = buckets[i]?.sessions ?? 0;
    if (sessions && (before[i] ?? 0) <= row) found = i + 1 - (row - (before[i] ?? 0)) / sessions;
    else if (sessions) break;
  }
  return Math.min(1, found / buckets.length);
}

const MONTHS = monthNames();
/** Px that a label has to itself. */
const LABEL = 84;
/** Months between two labels, so that they are as far apart as each other and begin with a year. */
const STEPS = [1, 2, 3, 6, 12];
const MONTH_MS = 30.4 * 86_400_000;

function labels(buckets: readonly Bucket[], by: string, name: string, apart: number): { at: number; text: string }[] {
  const found: { at: number; text: string }[] = [];
  let last: { year: number; month: number; day: number } | undefined;
  const months = (Date.parse(buckets.at(-1)?.from ?? '') - Date.parse(buckets[0]?.from ?? '')) / MONTH_MS;
  const step = STEPS.find((one) => one / months >= apart) ?? 12;
  buckets.forEach(({ from }, i) => {
    const wall = wallAt(name, Date.parse(from));
    const at = i / buckets.length;
    const month = MONTHS[wall.month - 1] ?? '';
    let text = '';
    if (last && wall.year !== last.year) text = String(wall.year);
    else if (last && wall.month !== last.month && (wall.month - 1) % step === 0) text = month;
    else if (last && (by === 'hour' || by === 'day') && wall.day !== last.day) text = `${wall.day} ${month}`;
    last = wall;
    if (!text) return;
    const near = found.at(-1);
    if (at > 1 - apart / 2) return;
    if (near && at - near.at < apart) {
      // A year says more than a month beside it.
      if (/^\d{4}$/.test(text) && !/^\d{4}$/.test(near.text)) found[found.length - 1] = { at, text };
      return;
    }
    found.push({ at, text });
  });
  return found;
}
