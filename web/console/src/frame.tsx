/** Rail and content. What is not built has no entry here. */
import { type ComponentChildren, Fragment } from 'preact';
import { useLocation } from 'preact-iso';
import { isKnown, live } from './feed/hub.ts';
import { Shortcuts } from './parts/goto.tsx';
import { choose as speak, language } from './language.ts';
import { Icon, Mark } from './parts/icon.tsx';
import { Menu } from './parts/menu.tsx';
import { type Page, groups } from './pages.ts';
import { app, choose, signOut, who } from './session.ts';
import { next, theme, toggle } from './theme.ts';
import { number } from './time/format.ts';
import { words } from './words/frame.ts';

export function Frame({ children }: { children: ComponentChildren }) {
  const { path } = useLocation();
  return (
    <div class="frame">
      <a class="skip" href="#content">
        {words.skip}
      </a>
      <aside class="rail">
        <div class="mark">
          <Mark />
          <span>Sederunt</span>
        </div>
        <Apps />
        <nav class="nav" aria-label={words.nav}>
          {groups().map(({ title, pages }) => (
            <Fragment key={title}>
              {title && <h2>{title}</h2>}
              {pages.map((page) => (
                <Entry key={page.to} page={page} here={isAt(page, path)} />
              ))}
            </Fragment>
          ))}
        </nav>
        <Foot />
      </aside>
      <main class="content" id="content" tabIndex={-1}>
        {children}
      </main>
      <Shortcuts />
    </div>
  );
}

/** Whether `path` is the page or below it; the first page has nothing below it. */
function isAt({ to }: Page, path: string): boolean {
  return path === to || path === `${to}/` || (to !== '/console' && path.startsWith(`${to}/`));
}

function Entry({ page: { to, icon, text }, here }: { page: Page; here: boolean }) {
  return (
    <a href={to} aria-current={here ? 'page' : undefined}>
      <Icon name={icon} />
      <span>{text}</span>
      {to === '/console/sessions' && isKnown.value && live.value > 0 && <span class="pill live count">{number(live.value)}</span>}
    </a>
  );
}

function Apps() {
  const [apps, current] = [who.value?.apps ?? [], app.value];
  if (!current) return null;
  const shown = (
    <>
      <span class="app-letter" aria-hidden="true">
        {(current.name.trim()[0] ?? '·').toUpperCase()}
      </span>
      <span class="grow">
        <b>{current.name}</b>
        <span class="mono">{current.id.slice(0, 8)}</span>
      </span>
    </>
  );
  if (apps.length < 2) return <div class="app-switch">{shown}</div>;
  const label = (
    <>
      {shown}
      <Icon name="updown" />
    </>
  );
  return (
    <Menu class="app-switch" title={`${words.app}: ${current.name}`} label={label}>
      {(close) => (
        <div class="menu">
          {apps.map(({ id, name }) => (
            <button
              key={id}
              type="button"
              aria-current={id === current.id}
              onClick={() => {
                choose(id);
                close();
              }}
            >
              {name} <span class="mono faint">{id.slice(0, 8)}</span>
            </button>
          ))}
        </div>
      )}
    </Menu>
  );
}

function Foot() {
  const session = who.value;
  if (!session) return null;
  const { token, mode } = session;
  const looks = mode === 'read' && token.permission === 'realtime_admin';
  return (
    <div class="rail-foot">
      <b>{token.name}</b>
      <span class="right soft">
        {words.rights[token.permission]}
        {looks && `, ${words.lookOnly}`}
      </span>
      <div class="row">
        <button type="button" class="button quiet square" title={words.theme(words.themes[next(theme.value)])} aria-label={words.theme(words.themes[next(theme.value)])} onClick={toggle}>
          <Icon name="theme" />
        </button>
        <button type="button" class="button quiet square" title={words.language} aria-label={words.language} onClick={() => speak(language === 'en' ? 'de' : 'en')}>
          {language === 'en' ? 'DE' : 'EN'}
        </button>
        <button type="button" class="button quiet square" title={words.signOut} aria-label={words.signOut} onClick={() => void signOut()}>
          <Icon name="out" />
        </button>
      </div>
    </div>
  );
}
