/** Some strokes. */
const SHAPES = {
  sessions: 'M3 5h12M3 9h12M3 13h12',
  overview: 'M3 9.5h5v5.5H3zM10 3h5v12h-5zM3 3h5v4H3z',
  people: 'M6.5 8.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM2.5 15c0-2.6 1.6-4 4-4s4 1.4 4 4M12 8.5a2.2 2.2 0 1 0-.6-4.3M12.6 11c1.9.3 2.9 1.6 2.9 4',
  usage: 'M3 15h12M5 12V8.5M9 12V4M13 12V6.5',
  meetings: 'M3 4h12v10H3zM6 14v1.5M12 14v1.5M6.5 8.2h5',
  webhooks: 'M6.4 11.6a3 3 0 1 1-2.2-3M9 3a3 3 0 0 1 2.4 4.8L9.6 11M9 6l-2.6 5M12 15a3 3 0 1 0 0-6',
  tokens: 'M11.5 10a3.5 3.5 0 1 0-3.3-2.3L3 13v2h2.5v-2h2v-2h1.2l1-1a3.5 3.5 0 0 0 1.8 0zM12 6h.01',
  apps: 'M3.5 3.5h4v4h-4zM10.5 3.5h4v4h-4zM3.5 10.5h4v4h-4zM10.5 10.5h4v4h-4z',
  system: 'M3 4h12v4H3zM3 10h12v4H3zM5.5 6h.01M5.5 12h.01',
  pen: 'M4 14l.6-2.8L12 3.8l2.2 2.2-7.4 7.4zM10.4 5.4l2.2 2.2',
  more: 'M4 9h.01M9 9h.01M14 9h.01',
  search: 'M8 13.2A5.2 5.2 0 1 0 8 2.8a5.2 5.2 0 0 0 0 10.4zM15.2 15.2l-3.4-3.4',
  down: 'M5 7.2 9 11l4-3.8',
  updown: 'M5.6 7 9 3.6 12.4 7M5.6 11 9 14.4 12.4 11',
  asc: 'M9 14V4M5.4 7.4 9 3.8l3.6 3.6',
  desc: 'M9 4v10M5.4 10.6 9 14.2l3.6-3.6',
  check: 'm3.5 9.5 3.6 3.6L14.5 5.5',
  close: 'm4.5 4.5 9 9m0-9-9 9',
  out: 'M7 3H3.5v12H7M11 5.5 14.5 9 11 12.5M14 9H7',
  theme: 'M9 15A6 6 0 1 0 9 3a6 6 0 0 0 0 12zM9 3v12',
  code: 'M6.5 5 2.8 9l3.7 4M11.5 5l3.7 4-3.7 4',
  plus: 'M9 4v10M4 9h10',
  minus: 'M4 9h10',
  copy: 'M6.5 6.5h8v8h-8zM11.5 6.5v-3h-8v8h3',
  clock: 'M9 15.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM9 5.5V9l2.5 2',
} as const;

export type Shape = keyof typeof SHAPES;

export function Icon({ name }: { name: Shape }) {
  return (
    <svg class="icon" viewBox="0 0 18 18" aria-hidden="true">
      <path d={SHAPES[name]} />
    </svg>
  );
}

export function Mark() {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="#141414" />
      <g fill="#d37c30">
        <circle cx="16" cy="7" r="3.2" />
        <circle cx="7.5" cy="12" r="3.2" />
        <circle cx="24.5" cy="12" r="3.2" />
      </g>
      <path d="M5 22c0-3.5 5-5.5 11-5.5S27 18.5 27 22s-5 5.5-11 5.5S5 25.5 5 22z" fill="#eeeeee" />
    </svg>
  );
}
