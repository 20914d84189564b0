/** Whether a session of the feed would be in the list. Pure. The server decides; this only counts what is new. */
import type { Known } from '../feed/state.ts';
import type { Filters } from './url.ts';

export function passes({ id, meeting, numbers }: Known, filters: Filters): boolean {
  const { status, associated_id, participants, search, start_time, end_time } = filters;
  if (status && status !== numbers.status) return false;
  if (associated_id && associated_id.toLowerCase() !== meeting) return false;
  if (participants) {
    const [least, most] = participants.split(':');
    const peak = numbers.max_concurrent_participants;
    if ((least && peak < Number(least)) || (most && peak > Number(most))) return false;
  }
  const started = Date.parse(numbers.started_at);
  if (start_time && started < Date.parse(start_time)) return false;
  if (end_time && started > Date.parse(end_time)) return false;
  if (!search) return true;
  const needle = search.toLowerCase();
  return [numbers.title.toLowerCase(), id, meeting].some((text) => text.includes(needle));
}
