/** Rail and content. What is not built has no entry here. */
import { type ComponentChildren, Fragment } from 'preact';
import { useLocation } from 'preact-iso';
import { isKnown, live } from './feed/hub.ts';
import { useAct } from './parts/act.ts';
import { Refusal } from './parts/confirm.tsx';
import { Shortcuts } from './parts/goto.tsx';
import { choose as speak, language } from './language.ts';
import { Icon, Mark } from './parts/icon.tsx';
import { Menu } from './parts/menu.tsx';
import { narrow } from './parts/narrow.ts';
import { type Page, groups } from './pages.ts';
import { app, choose, signOut, who } from './session.ts';
import { next, theme, toggle } from './theme.ts';
import { number } from './time/format.ts';
import { words } from './words/frame.ts';

/** Pages that the bar of a phone has; the rest is behind the name of the app. */
const IN_BAR = 6;

export function Frame({ children }: { children: ComponentChildren }) {
  const { path } = useLocation();
  const all = groups();
  const pages = all.flatMap((group) => group.pages);
  const entry = (page: Page) => <Entry key={page.to} page={page} here={isAt(page, path)} />;
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
        {narrow.value ? <More pages={pages.slice(IN_BAR)} path={path} /> : <Apps />}
        <nav class="nav" aria-label={words.nav}>
          {narrow.value && pages.slice(0, IN_BAR).map(entry)}
          {!narrow.value &&
            all.map((group) => (
              <Fragment key={group.title}>
                {group.title && <h2>{group.title}</h2>}
                {group.pages.map(entry)}
              </Fragment>
            ))}
        </nav>
        {!narrow.value && <Foot />}
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

type App = NonNullable<typeof app.value>;

function AppName({ of: { name, id } }: { of: App }) {
  return (
    <>
      <span class="app-letter" aria-hidden="true">
        {([...name.trim()][0] ?? '·').toUpperCase()}
      </span>
      <span class="grow">
        <b dir="auto">{name}</b>
        <span class="mono">{id.slice(0, 8)}</span>
      </span>
    </>
  );
}

function Apps() {
  const [apps, current] = [who.value?.apps ?? [], app.value];
  if (!current) return null;
  const shown = <AppName of={current} />;
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
          <Choice close={close} />
        </div>
      )}
    </Menu>
  );
}

/** The apps, to choose from. */
function Choice({ close }: { close: () => void }) {
  return (who.value?.apps ?? []).map(({ id, name }) => (
    <button
      key={id}
      type="button"
      aria-current={id === app.value?.id}
      onClick={() => {
        close();
        choose(id);
      }}
    >
      <span class="cut" dir="auto">
        {name}
      </span>{' '}
      <span class="mono faint">{id.slice(0, 8)}</span>
    </button>
  ));
}

/** On a phone: what the bar has no place for, the apps, and who is signed in. */
function More({ pages, path }: { pages: readonly Page[]; path: string }) {
  const current = app.value;
  const label = (
    <>
      {current ? <AppName of={current} /> : <b class="grow">Sederunt</b>}
      <span class="sr">{words.more}</span>
      <Icon name="down" />
    </>
  );
  return (
    <Menu class="app-switch" label={label}>
      {(close) => (
        <div class="menu more">
          <nav aria-label={words.rest}>
            {pages.map((page) => (
              <a key={page.to} href={page.to} aria-current={isAt(page, path) ? 'page' : undefined} onClick={close}>
                <Icon name={page.icon} />
                <span>{page.text}</span>
              </a>
            ))}
          </nav>
          {(who.value?.apps.length ?? 0) > 1 && (
            <div class="of-apps" role="group" aria-label={words.app}>
              <Choice close={close} />
            </div>
          )}
          <Foot />
        </div>
      )}
    </Menu>
  );
}

function Foot() {
  const session = who.value;
  const { busy, failed, run } = useAct();
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
      <Refusal text={failed} />
      <div class="row">
        <button type="button" class="button quiet square" title={words.theme(words.themes[next(theme.value)])} aria-label={words.theme(words.themes[next(theme.value)])} onClick={toggle}>
          <Icon name="theme" />
        </button>
        <button type="button" class="button quiet square" title={words.language} aria-label={words.language} onClick={() => speak(language === 'en' ? 'de' : 'en')}>
          {language === 'en' ? 'DE' : 'EN'}
        </button>
        <button type="button" class="button quiet square" title={words.signOut} aria-label={words.signOut} disabled={busy} onClick={() => void run(signOut)}>
          <Icon name="out" />
        </button>
      </div>
    </div>
  );
}
