/** A link as a square that a phone's camera reads. Drawn by elements, since no text becomes markup here. Loaded when it is shown. */
import { correction, generate } from 'lean-qr/nano';
import { useMemo } from 'preact/hooks';
import { words } from '../words/parts.ts';

/** Modules that the standard wants free on each side. */
const QUIET = 4;
/** Px of a module: as many as fit into a square of this, and never fewer than a camera tells apart. All have the same. */
const SQUARE = 240;
const LEAST = 3;

/** The dark modules of `text`, row by row, as runs: the `d` of a path, and how many modules a side has. */
export function outline(text: string): { readonly d: string; readonly size: number } {
  // The least correction: a screen has no dirt, and larger modules are read from further away.
  const code = generate(text, { minCorrectionLevel: correction.L });
  const runs: string[] = [];
  for (let y = 0; y < code.size; y += 1) {
    for (let x = 0; x < code.size; x += 1) {
      const from = x;
      while (code.get(x, y)) x += 1;
      if (x > from) runs.push(`M${from} ${y}h${x - from}v1h${from - x}z`);
    }
  }
  return { d: runs.join(''), size: code.size };
}

export default function Qr({ text }: { text: string }) {
  const { d, size } = useMemo(() => outline(text), [text]);
  const side = size + 2 * QUIET;
  const px = side * Math.max(LEAST, Math.floor(SQUARE / side));
  return (
    <figure class="qr">
      <svg width={px} height={px} viewBox={`${-QUIET} ${-QUIET} ${side} ${side}`} role="img" aria-label={words.qr} shape-rendering="crispEdges">
        <path d={d} />
      </svg>
      <figcaption class="soft">{words.qrMore}</figcaption>
    </figure>
  );
}
