/**
 * Scrolling through more rows than a browser's element can be high. The element is at most `TALLEST` px; what the wheel,
 * the keys and a finger move is taken pixel by pixel, the thumb in proportion, and both are brought together when scrolling
 * rests. Near both ends the two are the same, so that no end is reached too early. Pure: it knows no element.
 */

/** Below the heights at which browsers cut (Firefox 17.9 million px). */
export const TALLEST = 8_000_000;
/** From each end on, so many px are as they are. */
const EXACT = 20_000;
/** A larger move than this many views is the thumb. */
const THUMB_VIEWS = 3;

export interface Sizes {
  readonly rows: number;
  /** Height of a row. */
  readonly row: number;
  /** Height of what is seen. */
  readonly view: number;
}

export class Scroller {
  #sizes: Sizes = { rows: 0, row: 40, view: 400 };
  /** Where the list is: px from its beginning. */
  #top = 0;
  /** Where the element is. */
  #at = 0;

  get top(): number {
    return this.#top;
  }

  get sizes(): Sizes {
    return this.#sizes;
  }

  /** Height of the element's contents. */
  get height(): number {
    return Math.min(this.#whole, TALLEST);
  }

  get #whole(): number {
    return this.#sizes.rows * this.#sizes.row;
  }

  get #last(): number {
    return Math.max(0, this.#whole - this.#sizes.view);
  }

  get #lastAt(): number {
    return Math.max(0, this.height - this.#sizes.view);
  }

  /** New sizes; the first row that is seen stays. Answers where the element is to be. */
  resize(sizes: Sizes): number {
    const first = this.#top / this.#sizes.row;
    this.#sizes = sizes;
    this.#top = clamp(first * sizes.row, 0, this.#last);
    return this.settle();
  }

  /** The element was scrolled to `at`. Answers where it is to be set when it has no way left and the list has. */
  moved(at: number): number | undefined {
    const by = at - this.#at;
    this.#at = at;
    if (by === 0) return undefined;
    if (this.height === this.#whole) this.#top = clamp(at, 0, this.#last);
    else if (Math.abs(by) > THUMB_VIEWS * this.#sizes.view) this.#top = this.#listAt(at);
    else this.#top = clamp(this.#top + by, 0, this.#last);
    const stuck = (at <= 0 && this.#top > 0) || (at >= this.#lastAt && this.#top < this.#last);
    return stuck ? this.settle() : undefined;
  }

  /** Moves by exactly so many px. Answers where the element is to be. */
  by(px: number): number {
    this.#top = clamp(this.#top + px, 0, this.#last);
    return this.settle();
  }

  /** Goes to a row, which becomes the first one seen. Answers where the element is to be. */
  go(row: number): number {
    this.#top = clamp(row * this.#sizes.row, 0, this.#last);
    return this.settle();
  }

  /** Scrolling rests: where the element belongs for what it shows. */
  settle(): number {
    // Whole px: a browser would round, and the difference would count as a move.
    this.#at = Math.round(this.#elementAt(this.#top));
    return this.#at;
  }

  /** The rows to draw: the first, and the one behind the last. */
  window(more = 4): { first: number; end: number } {
    const { row, rows, view } = this.#sizes;
    const first = Math.max(0, Math.floor(this.#top / row) - more);
    return { first, end: Math.min(rows, Math.ceil((this.#top + view) / row) + more) };
  }

  /** The first and the last row that are seen whole or in part. */
  seen(): { first: number; last: number } {
    const { row, rows, view } = this.#sizes;
    const first = Math.min(Math.floor((this.#top + row / 2) / row), Math.max(0, rows - 1));
    return { first, last: Math.max(first, Math.min(rows, Math.floor((this.#top + view) / row)) - 1) };
  }

  /** Where a row is drawn, in px from the beginning of the element. */
  place(row: number): number {
    return this.#at + row * this.#sizes.row - this.#top;
  }

  #elementAt(top: number): number {
    const [last, lastAt] = [this.#last, this.#lastAt];
    if (last === lastAt || top <= EXACT) return top;
    if (top >= last - EXACT) return lastAt - (last - top);
    return EXACT + ((top - EXACT) / (last - 2 * EXACT)) * (lastAt - 2 * EXACT);
  }

  #listAt(at: number): number {
    const [last, lastAt] = [this.#last, this.#lastAt];
    if (last === lastAt || at <= EXACT) return at;
    if (at >= lastAt - EXACT) return last - (lastAt - at);
    return EXACT + ((at - EXACT) / (lastAt - 2 * EXACT)) * (last - 2 * EXACT);
  }
}

function clamp(n: number, least: number, most: number): number {
  return Math.min(Math.max(n, least), most);
}
