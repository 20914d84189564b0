/** A lane a person: only those that are seen are drawn. */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { exactTime, length, share, spoken, time } from '../../time/format.ts';
import { offsetAt } from '../../time/ranges.ts';
import { zone } from '../../time/zone.ts';
import { words } from '../../words/session.ts';
import { type Lane, type Stay, inRoom, nameOf, ticks, until } from './model.ts';
import type { Span } from './timeline.tsx';
import type { Shown } from './told.ts';

/** Lanes above and below what is seen. */
const MORE = 6;
/** Narrower bars, in per cent of the width, have nothing written on them. */
const WRITTEN = 7;

interface Props extends Shown {
  readonly found: readonly Lane[];
  readonly span: Span;
  /** Lines of the axis at most. */
  readonly labels: number;
  readonly cursor: number | undefined;
}

export function Lanes({ found, span, labels, cursor, now, person, show, told }: Props) {
  const own = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 400, lane: 28 });
  useLayoutEffect(() => {
    const element = own.current;
    if (!element) return undefined;
    const measure = (): void => {
      const lane = Number.parseFloat(getComputedStyle(element).getPropertyValue('--lane')) || 28;
      setView({ top: element.scrollTop, height: element.clientHeight, lane });
    };
    measure();
    const watcher = new ResizeObserver(measure);
    watcher.observe(element);
    return () => watcher.disconnect();
  }, []);
  const first = Math.max(0, Math.floor(view.top / view.lane) - MORE);
  const end = Math.min(found.length, Math.ceil((view.top + view.height) / view.lane) + MORE);
  const chosen = found.findIndex((lane) => lane.person.id === person);
  const whole = (told.session.ended_at ?? now) - told.session.started_at;
  const keys = (event: KeyboardEvent): void => {
    const to = { ArrowDown: chosen + 1, ArrowUp: chosen - 1, Home: 0, End: found.length - 1 }[event.key];
    if (event.key === 'Escape') show('');
    if (to === undefined) return;
    event.preventDefault();
    const lane = found[Math.max(0, Math.min(found.length - 1, to))];
    if (!lane || !own.current) return;
    show(lane.person.id);
    const top = found.indexOf(lane) * view.lane;
    if (top < view.top) own.current.scrollTop = top;
    else if (top + view.lane > view.top + view.height) own.current.scrollTop = top + view.lane - view.height;
  };
  const lines = ticks(span.from, span.to, labels, offsetAt(zone.value, span.from)).at;
  const place = (at: number) => ({ insetInlineStart: `${((at - span.from) / (span.to - span.from)) * 100}%` });
  return (
    <div class="lanes" ref={own} onScroll={(event) => setView({ ...view, top: event.currentTarget.scrollTop })} onKeyDown={keys} tabIndex={0} role="grid" aria-label={words.inRoom} aria-rowcount={found.length}>
      <div class="lanes-tall" role="presentation" style={{ blockSize: `${found.length * view.lane}px` }}>
        <div class="lanes-grid" role="presentation">
          {lines.map((at) => (
            <i key={at} style={place(at)} />
          ))}
          {cursor !== undefined && <i class="cursor" style={place(cursor)} />}
        </div>
        {found.slice(first, end).map((lane, nth) => (
          <LaneRow key={lane.person.id} lane={lane} index={first + nth} top={(first + nth) * view.lane} span={span} now={now} whole={whole} isChosen={lane.person.id === person} show={show} />
        ))}
      </div>
      {found.length === 0 && <p class="soft pad">{words.noFit}</p>}
    </div>
  );
}

interface RowProps {
  readonly lane: Lane;
  readonly index: number;
  readonly top: number;
  readonly span: Span;
  readonly now: number;
  readonly whole: number;
  readonly isChosen: boolean;
  readonly show: (person: string) => void;
}

function LaneRow({ lane, index, top, span, now, whole, isChosen, show }: RowProps) {
  const { person, stays, isHost } = lane;
  const own = inRoom(lane, now);
  return (
    <div role="row" aria-rowindex={index + 1} class={isChosen ? 'lane chosen' : 'lane'} style={{ transform: `translateY(${top}px)` }}>
      <div role="rowheader" class="lane-name">
        <button type="button" class="lane-button" tabIndex={-1} onClick={() => show(isChosen ? '' : person.id)} aria-expanded={isChosen}>
          <span class="cut">{nameOf(person)}</span>
          {isHost && <span class="tag">{words.host}</span>}
        </button>
        <span class="mono lane-length">{length(own)}</span>
        <span class="mono lane-share">{share(own, whole)}</span>
      </div>
      <div role="gridcell" class="lane-time">
        {stays.map((stay, nth) => (
          <Bar key={stay.joined_seq} stay={stay} nth={nth + 1} all={stays.length} span={span} now={now} isHost={isHost} open={() => show(person.id)} />
        ))}
      </div>
    </div>
  );
}

interface BarProps {
  readonly stay: Stay;
  readonly nth: number;
  readonly all: number;
  readonly span: Span;
  readonly now: number;
  readonly isHost: boolean;
  readonly open: () => void;
}

const ENDS: Record<string, string> = {
  connection_lost: 'end-lost',
  kicked: 'end-removed',
  blocked: 'end-removed',
  participant_deleted: 'end-removed',
  server_stopped: 'end-double',
  node_lost: 'end-double',
};

function Bar({ stay, nth, all, span, now, isHost, open }: BarProps) {
  const end = stay.left_at ?? now;
  if (end < span.from || stay.joined_at > span.to) return null;
  const width = span.to - span.from;
  const from = Math.max(stay.joined_at, span.from);
  const to = Math.min(end, span.to);
  const size = ((to - from) / width) * 100;
  const inside = (at: number): number => (to > from ? Math.max(0, Math.min(100, ((at - from) / (to - from)) * 100)) : 0);
  const text = spoken(until(stay, now) - stay.joined_at);
  const why = stay.reason ? (words.reasons[stay.reason]?.title ?? stay.reason) : words.stillOpen;
  const gaps = stay.away.filter(({ to: back }) => back !== undefined).map(({ from: lost, to: back }) => words.awayFor(spoken((back ?? lost) - lost)));
  const name = words.stayName(nth, all, time(stay.joined_at, zone.value), stay.left_at === undefined ? words.now : time(stay.left_at, zone.value), text, why, gaps.join(', '));
  const shape = stay.left_at === undefined ? 'end-open' : (ENDS[stay.reason ?? ''] ?? '');
  return (
    <button
      type="button"
      tabIndex={-1}
      class={`stay ${isHost ? 'host' : ''} ${shape}`}
      style={{ insetInlineStart: `${((from - span.from) / width) * 100}%`, inlineSize: `${size}%` }}
      title={`${exactTime(stay.joined_at, zone.value)} – ${stay.left_at === undefined ? words.now : exactTime(stay.left_at, zone.value)} · ${why}`}
      aria-label={name}
      onClick={open}
    >
      {size > WRITTEN && <span class="stay-word">{text}</span>}
      {stay.away.map(({ from: lost, to: back, seq }) => (
        <i key={seq} class="stay-away" style={{ insetInlineStart: `${inside(lost)}%`, inlineSize: `${inside(back ?? end) - inside(lost)}%` }} />
      ))}
    </button>
  );
}
