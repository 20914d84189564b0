/** Everybody's stays along one axis, with a map of the whole, the curve, and what happened to the session. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Icon } from '../../parts/icon.tsx';
import { number, time } from '../../time/format.ts';
import { zone } from '../../time/zone.ts';
import { words } from '../../words/session.ts';
import { Axis, Curve, Marks } from './curve.tsx';
import { Lanes } from './lanes.tsx';
import { Map_ } from './map.tsx';
import { type Choice, type Only, type Order, choose, most, there } from './model.ts';
import type { Shown } from './told.ts';

export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The closest that anybody gets. */
const CLOSEST_MS = 2_000;

export function Timeline(shown: Shown) {
  const { told, lanes, now } = shown;
  const { session } = told;
  const whole: Span = { from: session.started_at, to: Math.max(session.started_at + 1_000, session.ended_at ?? now) };
  const [zoomed, setZoomed] = useState<Span>();
  const [choice, setChoice] = useState<Choice>({ find: '', only: 'all', order: 'first' });
  const [cursor, setCursor] = useState<number>();
  const span = zoomed ?? whole;
  const own = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(800);
  useEffect(() => {
    const line = own.current?.querySelector('.axis');
    if (!line) return undefined;
    const watcher = new ResizeObserver(() => setWidth(line.clientWidth));
    watcher.observe(line);
    return () => watcher.disconnect();
  }, []);
  const found = useMemo(() => choose(lanes, choice, now), [lanes, choice, choice.order === 'longest' ? now : 0]);
  const set = (next: Span): void => {
    const length = Math.max(CLOSEST_MS, Math.min(next.to - next.from, whole.to - whole.from));
    const from = Math.max(whole.from, Math.min(next.from, whole.to - length));
    setZoomed(length >= whole.to - whole.from ? undefined : { from, to: from + length });
  };
  const zoom = (by: number, around = (span.from + span.to) / 2): void => {
    const length = (span.to - span.from) * by;
    const share = (around - span.from) / (span.to - span.from);
    set({ from: around - length * share, to: around + length * (1 - share) });
  };
  const pan = (by: number): void => {
    const shift = (span.to - span.from) * by;
    set({ from: span.from + shift, to: span.to + shift });
  };
  const keys = (event: KeyboardEvent): void => {
    if (/^(INPUT|SELECT)$/.test((event.target as HTMLElement).tagName) || event.ctrlKey || event.metaKey) return;
    const does = { '+': () => zoom(0.5), '=': () => zoom(0.5), '-': () => zoom(2), '0': () => setZoomed(undefined), ArrowLeft: () => pan(-0.2), ArrowRight: () => pan(0.2) }[event.key];
    if (!does) return;
    event.preventDefault();
    does();
  };
  useEffect(() => {
    const element = own.current;
    const wheel = (event: WheelEvent): void => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      zoom(event.deltaY > 0 ? 1.25 : 0.8);
    };
    element?.addEventListener('wheel', wheel, { passive: false });
    return () => element?.removeEventListener('wheel', wheel);
  });
  const point = (event: PointerEvent): void => {
    const box = own.current?.querySelector('.lane-time')?.getBoundingClientRect();
    if (!box || event.clientX < box.left || event.clientX > box.right) return setCursor(undefined);
    setCursor(span.from + ((event.clientX - box.left) / box.width) * (span.to - span.from));
  };
  const many = lanes.length > 1;
  return (
    <section class="card timeline" ref={own} onKeyDown={keys} onPointerMove={point} onPointerLeave={() => setCursor(undefined)} aria-label={words.tabs['timeline']}>
      <Tools choice={choice} set={setChoice} session={session} zoom={zoom} fit={() => setZoomed(undefined)} many={many} />
      {many && (
        <div class="lane-line map-line">
          <span class="lane-name">{words.whole}</span>
          <Map_ lanes={found} whole={whole} span={span} now={now} set={set} />
        </div>
      )}
      <div class="lane-line curve-line">
        <span class="lane-name">{words.inRoom}</span>
        <Curve told={told} span={span} whole={whole} pick={(at) => setChoice({ ...choice, at })} />
      </div>
      <div class="lane-line marks-line">
        <span class="lane-name">{words.marks}</span>
        <Marks told={told} span={span} show={shown.show} />
      </div>
      <div class="lane-line axis-line">
        <span class="lane-name">{words.peopleOf(found.length, lanes.length)}</span>
        <Axis span={span} labels={most(width)} cursor={cursor} there={cursor === undefined ? 0 : there(told.curve, cursor)} />
      </div>
      <Lanes {...shown} found={found} labels={most(width)} span={span} cursor={cursor} />
      <Legend many={many} />
    </section>
  );
}

interface ToolsProps {
  readonly choice: Choice;
  readonly set: (choice: Choice) => void;
  readonly session: Shown['told']['session'];
  readonly zoom: (by: number) => void;
  readonly fit: () => void;
  readonly many: boolean;
}

function Tools({ choice, set, session, zoom, fit, many }: ToolsProps) {
  const only: [Only, string, number][] = [
    ['all', words.everyone, session.people],
    ['loss', words.loss, session.with_a_loss],
    ['removed', words.removed, session.removed],
  ];
  return (
    <div class="tools">
      {many && (
        <label class="field find">
          <Icon name="search" />
          <input type="search" placeholder={words.find} aria-label={words.find} onInput={(event) => set({ ...choice, find: event.currentTarget.value })} />
        </label>
      )}
      <div class="segments" role="group" aria-label={words.everyone}>
        {only.map(([name, text, n]) => (
          <button key={name} type="button" aria-pressed={choice.only === name} onClick={() => set({ ...choice, only: name })}>
            {text} <span class="faint">{number(n)}</span>
          </button>
        ))}
      </div>
      {choice.at !== undefined && (
        <button
          type="button"
          class="button on"
          onClick={() => {
            const { at: _, ...rest } = choice;
            set(rest);
          }}
        >
          {words.hereAt(time(choice.at, zone.value))} <Icon name="close" />
        </button>
      )}
      {many && (
        <select class="button" aria-label={words.order} value={choice.order} onChange={(event) => set({ ...choice, order: event.currentTarget.value as Order })}>
          {Object.entries(words.orders).map(([name, text]) => (
            <option key={name} value={name}>
              {text}
            </option>
          ))}
        </select>
      )}
      <span class="zoom">
        <button type="button" class="button square" aria-label={words.zoomOut} onClick={() => zoom(2)}>
          <Icon name="minus" />
        </button>
        <button type="button" class="button" onClick={fit}>
          {words.fit}
        </button>
        <button type="button" class="button square" aria-label={words.zoomIn} onClick={() => zoom(0.5)}>
          <Icon name="plus" />
        </button>
      </span>
    </div>
  );
}

function Legend({ many }: { many: boolean }) {
  const { legend } = words;
  return (
    <footer class="legend">
      <span>
        <i class="bar-key" /> {legend.in}
      </span>
      <span>
        <i class="bar-key host" /> {legend.host}
      </span>
      <span>
        <i class="bar-key away" /> {legend.away}
      </span>
      <span>
        <i class="bar-key lost" /> {legend.lost}
      </span>
      <span>
        <i class="bar-key removed">×</i> {legend.removed}
      </span>
      <span class="keys">
        {many && `${words.hint} · `}
        <kbd>+</kbd> <kbd>−</kbd> <kbd>0</kbd> <kbd>←</kbd> <kbd>→</kbd>
      </span>
    </footer>
  );
}
