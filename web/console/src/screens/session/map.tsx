/** All people at once, with a window that is dragged. Whoever cannot drag has the buttons beside it. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { theme } from '../../theme.ts';
import { words } from '../../words/session.ts';
import { type Lane, until } from './model.ts';
import type { Span } from './timeline.tsx';

interface Props {
  readonly lanes: readonly Lane[];
  readonly whole: Span;
  readonly span: Span;
  readonly now: number;
  readonly set: (span: Span) => void;
}

export function Map_({ lanes, whole, span, now, set }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [grip, setGrip] = useState<number>();
  const length = whole.to - whole.from;
  useEffect(() => {
    const element = canvas.current;
    const draw = (): void => {
      if (element) paint(element, lanes, whole, now);
    };
    draw();
    const watcher = new ResizeObserver(draw);
    if (element) watcher.observe(element);
    return () => watcher.disconnect();
  }, [lanes, Math.floor(now / 5_000), theme.value]);
  const at = (event: PointerEvent): number => {
    const box = canvas.current?.getBoundingClientRect();
    return box ? whole.from + Math.max(0, Math.min(1, (event.clientX - box.left) / box.width)) * length : whole.from;
  };
  const isWhole = span.from <= whole.from && span.to >= whole.to;
  return (
    <div
      class="lane-time map"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        setGrip(at(event));
      }}
      onPointerMove={(event) => {
        if (grip === undefined) return;
        const to = at(event);
        const inside = !isWhole && grip > span.from && grip < span.to;
        if (inside) {
          set({ from: span.from + to - grip, to: span.to + to - grip });
          setGrip(to);
        } else if (Math.abs(to - grip) > length / 200) set({ from: Math.min(grip, to), to: Math.max(grip, to) });
      }}
      onPointerUp={() => setGrip(undefined)}
    >
      <canvas ref={canvas} role="img" aria-label={words.whole} />
      <i class="map-window" style={{ insetInlineStart: `${((span.from - whole.from) / length) * 100}%`, inlineSize: `${((span.to - span.from) / length) * 100}%` }} />
    </div>
  );
}

/** A line a person, or less; a few people have thick ones. */
function paint(canvas: HTMLCanvasElement, lanes: readonly Lane[], whole: Span, now: number): void {
  const { clientWidth: width, clientHeight: height } = canvas;
  const scale = devicePixelRatio;
  canvas.width = width * scale;
  canvas.height = height * scale;
  const context = canvas.getContext('2d');
  if (!context) return;
  context.scale(scale, scale);
  const [stay, host, away] = ['stay', 'stay-host', 'away'].map((name) => colour(canvas, name));
  const x = (at: number): number => ((at - whole.from) / (whole.to - whole.from)) * width;
  const line = Math.min(14, height / Math.max(1, lanes.length));
  lanes.forEach((lane, nth) => {
    const y = nth * line;
    const thick = Math.max(line > 3 ? line - 1 : line, 0.6);
    context.fillStyle = (lane.isHost ? host : stay) ?? '';
    for (const one of lane.stays) context.fillRect(x(one.joined_at), y, Math.max(0.5, x(until(one, now)) - x(one.joined_at)), thick);
    context.fillStyle = away ?? '';
    for (const one of lane.stays) {
      for (const gap of one.away) context.fillRect(x(gap.from) - 0.5, y, Math.max(1.2, x(gap.to ?? gap.from) - x(gap.from)), Math.max(thick, 1));
    }
  });
}

/** A colour of the page, as a canvas takes it. */
function colour(element: Element, name: string): string {
  const probe = document.createElement('i');
  probe.style.color = `var(--${name})`;
  element.after(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}
