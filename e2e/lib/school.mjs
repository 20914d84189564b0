/** History of a school, made up and always the same: lines of the record format. */

const MINUTE = 60_000;
const DAY = 86_400_000;
const SUBJECTS = ['Algebra II', 'Physics lab', 'Design review', 'Parent evening', 'Weekly sync', 'Customer onboarding', 'History 9b', 'Rehearsal', 'Standup platform', 'Interview'];
const FIRST = ['Ada', 'Grace', 'Lena', 'Max', 'Noor', 'Zoë', 'Amir', 'Hana', 'Wanjiru', 'Seo-yeon', 'Olga', 'Ivan', 'Chen'];
const LAST = ['Diallo', 'Kang', 'Petrov', 'Okafor', 'Tanaka', 'Fischer', 'Ivanova', 'Kovács', 'Lindqvist', 'von Braunschweig-Wolfenbüttel'];

/** An id of a kind, by its number. */
export const idOf = (kind, n) => `0000${kind}000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;
/** The meeting of a lesson, and the lesson that is told whole. */
export const meetingOf = (n) => idOf('1', n % 40);
export const LESSON = idOf('2', 900_000_000);
export const TERM = idOf('1', 41);
export const nameOf = (n) => `${FIRST[n % FIRST.length]} ${LAST[n % LAST.length]}`;

/** Session `n`, which begins at `start`: one or two people, for a quarter of an hour up to an hour. */
export function session(app, n, start, people = 1 + (n % 2)) {
  const minutes = 15 + ((n * 7) % 46);
  const at = (after) => new Date(start + after * MINUTE).toISOString();
  const stays = Array.from({ length: people }, (_, nth) => ({
    peer: idOf('3', n * 100 + nth),
    participant: idOf('4', ((n % 40) * 1000) + ((n + nth) % 97)),
    name: nameOf(n + nth),
    custom_participant_id: `student-${1000 + ((n + nth) % 97)}`,
    joined_at: at(nth),
    left_at: at(minutes),
    reason: 'left',
  }));
  const title = `${SUBJECTS[n % SUBJECTS.length]} ${n % 40}`;
  return JSON.stringify({ app, meeting: { id: meetingOf(n), title }, session: { id: idOf('2', n), started_at: at(0), ended_at: at(minutes + 1) }, stays });
}

/** A lesson of many people: a host, some who are lost and come back, one who is removed. */
export function lesson(app, start, people) {
  const at = (minutes) => new Date(start + minutes * MINUTE).toISOString();
  const stays = [];
  const add = (n, from, to, reason) =>
    stays.push({
      peer: idOf('3', 900_000_000 + stays.length), participant: idOf('5', n), name: nameOf(n), custom_participant_id: `student-${1000 + n}`,
      preset: n ? 'group_call_participant' : 'group_call_host', joined_at: at(from), left_at: at(to), reason,
    });
  for (let n = 0; n < people; n += 1) {
    const from = n ? (n % 23) / 2 : 0;
    if (n === 7) add(n, from, 40, 'kicked');
    else if (n % 5 === 3) {
      add(n, from, 31 + (n % 9), 'connection_lost');
      add(n, 42 + (n % 7), 90, 'left');
    } else add(n, from, n % 11 === 4 ? 55 : 88 + (n % 3), n % 3 ? 'left' : 'host_ended');
  }
  return JSON.stringify({
    app, meeting: { id: TERM, title: 'Algebra II · Lesson 12' },
    session: { id: LESSON, started_at: at(0), ended_at: at(91), end_reason: 'host_ended_meeting' }, stays,
  });
}

/** `count` sessions until `until`, `every` milliseconds apart, the oldest first. */
export function* school(app, count, until, every = DAY / 24) {
  const from = until - count * every;
  for (let n = 0; n < count; n += 1) yield session(app, n, Math.round(from + n * every));
}
