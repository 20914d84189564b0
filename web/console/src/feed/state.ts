/**
 * What the live feed says, folded into a map of sessions. Pure: the same changes lead to the same map, in whichever tab, and
 * a change that is told twice counts once.
 */

/** The numbers of a session, as the feed tells them. */
export interface Numbers {
  readonly status: 'LIVE' | 'ENDED';
  readonly title: string;
  readonly started_at: string;
  readonly ended_at?: string;
  readonly live_participants: number;
  readonly max_concurrent_participants: number;
  readonly counting_participants: number;
  readonly minutes_consumed: number;
  readonly as_of: string;
  /** While nobody is in it: when it ends if nobody comes. */
  readonly ends_at?: string;
  /** The session whose breakout room it is. */
  readonly breakout_of?: string;
}

/** A session that is, or was lately, LIVE. */
export interface Known {
  readonly id: string;
  readonly meeting: string;
  /** The change after which this holds. */
  readonly seq: number;
  readonly numbers: Numbers;
}

export interface Change {
  readonly seq: number;
  readonly type: string;
  readonly session_id: string;
  readonly meeting_id: string;
  readonly session: Numbers;
}

/** A part of a snapshot. */
export interface Part {
  readonly seq: number;
  readonly sessions: readonly { session_id: string; meeting_id: string; session: Numbers }[];
  readonly complete: boolean;
}

export interface State {
  /** Everything up to here is in. */
  readonly seq: number;
  readonly sessions: ReadonlyMap<string, Known>;
  /** Ended sessions, oldest first: rows of the list still want them. */
  readonly ended: readonly string[];
}

/** Ended sessions that are remembered. */
export const ENDED_KEPT = 2_000;

export const EMPTY: State = { seq: 0, sessions: new Map(), ended: [] };

/** Adds a part to the parts before it; the state is there when the last one is. */
export function begin(parts: readonly Part[]): State | undefined {
  const last = parts.at(-1);
  if (!last?.complete) return undefined;
  const sessions = new Map<string, Known>();
  for (const part of parts) {
    for (const { session_id: id, meeting_id: meeting, session } of part.sessions) {
      sessions.set(id, { id, meeting, seq: last.seq, numbers: session });
    }
  }
  return { seq: last.seq, sessions, ended: [] };
}

/** Changes in order. Those that are in already are passed over. */
export function fold(state: State, changes: readonly Change[]): State {
  let { seq } = state;
  let sessions: Map<string, Known> | undefined;
  let ended: string[] | undefined;
  for (const change of changes) {
    if (change.seq <= seq) continue;
    seq = change.seq;
    sessions ??= new Map(state.sessions);
    const { session_id: id, meeting_id: meeting, session: numbers } = change;
    sessions.set(id, { id, meeting, seq, numbers });
    if (numbers.status === 'ENDED') {
      ended ??= [...state.ended];
      ended.push(id);
      const gone = ended.length > ENDED_KEPT ? ended.shift() : undefined;
      if (gone) sessions.delete(gone);
    }
  }
  return sessions ? { seq, sessions, ended: ended ?? state.ended } : state;
}

/** How many sessions are LIVE. */
export function liveCount(state: State): number {
  return state.sessions.size - state.ended.length;
}

/** Participant-minutes of a session at an instant of the server's clock. */
export function minutesAt({ minutes_consumed: base, counting_participants: counting, as_of }: Numbers, now: number): number {
  return base + (counting * Math.max(0, now - Date.parse(as_of))) / 60_000;
}
