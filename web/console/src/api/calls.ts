/** The requests that this screen has made, for whoever wants to make them without it. */

/** So many different ones are kept. */
const KEPT = 12;
let calls: string[] = [];

/** A request was made. */
export function note(method: string, url: string): void {
  const { pathname, search } = new URL(url, location.href);
  if (pathname.endsWith('/console/session')) return;
  const line = `${method === 'GET' ? '' : `-X ${method} `}"$BASE${pathname}${search}"`;
  calls = [line, ...calls.filter((known) => known !== line)].slice(0, KEPT);
}

/** Another screen begins. */
export function forget(): void {
  calls = [];
}

/** As commands, newest first. */
export function asCurl(): string[] {
  return calls.map((call) => `curl -s -H "Authorization: Bearer $TOKEN" ${call}`);
}
