/** The page's own screens: one heading, a sentence, at most one button. */
import type { Notice } from './words.ts';

const app = (): HTMLElement => document.getElementById('app') as HTMLElement;

/** Shows `notice` instead of whatever is on the page. `again` runs when its button is pressed. */
export function showNotice(notice: Notice, again?: () => void): void {
  const panel = document.createElement('section');
  panel.className = 'panel';
  panel.setAttribute('role', 'alert');
  panel.append(element('p', 'Sederunt', 'name'), element('h1', notice.title), element('p', notice.text));
  if (notice.detail) panel.append(element('p', notice.detail, 'detail'));
  if (notice.again && again) {
    const button = element('button', notice.again);
    button.addEventListener('click', again);
    panel.append(button);
  }
  app().replaceChildren(panel);
  document.title = `${notice.title} · Sederunt`;
}

/** Shows that something is being waited for. */
export function showWaiting(text: string): void {
  const panel = element('section', '', 'panel');
  panel.setAttribute('role', 'status');
  panel.append(element('h1', 'Sederunt'), element('p', text));
  app().replaceChildren(panel);
}

/** Gives the whole page to `node`. */
export function showStage(node: HTMLElement): void {
  app().replaceChildren(node);
}

function element(tag: string, text: string, className?: string): HTMLElement {
  const made = document.createElement(tag);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}
