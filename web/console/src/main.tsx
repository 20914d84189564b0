/** The console: who is signed in, and the screen of the address. */
import { render } from 'preact';
import { ErrorBoundary, LocationProvider, Route, Router, lazy, useLocation } from 'preact-iso';
import { useEffect } from 'preact/hooks';
import { forget } from './api/calls.ts';
import { Frame } from './frame.tsx';
import { Sessions } from './screens/sessions.tsx';
import { SignIn } from './screens/sign-in.tsx';
import { has } from './rights.ts';
import { app, look, who } from './session.ts';

const Session = lazy(() => import('./screens/session.tsx'));
const Attendance = lazy(() => import('./screens/attendance.tsx'));
const Shared = lazy(() => import('./screens/shared.tsx'));
const Meetings = lazy(() => import('./screens/meetings.tsx'));
const RoomWebhook = lazy(() => import('./screens/room-webhook.tsx'));
const Meeting = lazy(() => import('./screens/meeting.tsx'));
const Webhooks = lazy(() => import('./screens/webhooks.tsx'));
const Webhook = lazy(() => import('./screens/webhook.tsx'));
const Tokens = lazy(() => import('./screens/tokens.tsx'));
const Apps = lazy(() => import('./screens/apps.tsx'));
const System = lazy(() => import('./screens/system.tsx'));

/** Whoever has a link is nobody here, and sees nothing else. */
const isShared = location.pathname === '/console/shared';
const Overview = lazy(() => import('./screens/overview.tsx'));
const Minute = lazy(() => import('./screens/minute.tsx'));
const Usage = lazy(() => import('./screens/usage.tsx'));
const People = lazy(() => import('./screens/people.tsx'));
const Person = lazy(() => import('./screens/person.tsx'));

/** An address that leads nowhere, and that of the sign-in, lead to the first page. */
function ToOverview() {
  const { route } = useLocation();
  useEffect(() => route('/console', true), []);
  return null;
}

function Screens() {
  return (
    <ErrorBoundary>
      <Router onRouteChange={forget}>
        <Route path="/console" component={Overview} />
        <Route path="/console/minute" component={Minute} />
        <Route path="/console/usage" component={Usage} />
        <Route path="/console/people" component={People} />
        <Route path="/console/people/:key" component={Person} />
        <Route path="/console/sessions" component={Sessions} />
        <Route path="/console/sessions/:id" component={Session} />
        <Route path="/console/sessions/:id/:tab" component={Session} />
        <Route path="/console/attendance" component={Attendance} />
        <Route path="/console/meetings" component={Meetings} />
        <Route path="/console/meetings/:id" component={Meeting} />
        <Route path="/console/meetings/:id/webhook" component={RoomWebhook} />
        <Route path="/console/webhooks" component={Webhooks} />
        <Route path="/console/webhooks/:id" component={Webhook} />
        <Route path="/console/tokens" component={Tokens} />
        <Route path="/console/apps" component={Apps} />
        <Route path="/console/system" component={has('system') ? System : ToOverview} />
        <Route default component={ToOverview} />
      </Router>
    </ErrorBoundary>
  );
}

/** What there is to do without an app. */
function WithoutApp() {
  return (
    <ErrorBoundary>
      <Router onRouteChange={forget}>
        <Route path="/console/tokens" component={Tokens} />
        <Route path="/console/system" component={has('system') ? System : Apps} />
        <Route default component={Apps} />
      </Router>
    </ErrorBoundary>
  );
}

function Console() {
  if (isShared) {
    return (
      <ErrorBoundary>
        <Router>
          <Route path="/console/shared" component={Shared} />
          <Route default component={Shared} />
        </Router>
      </ErrorBoundary>
    );
  }
  if (who.value === undefined) return null;
  if (who.value === null) return <SignIn />;
  if (!app.value) {
    return (
      <Frame>
        <WithoutApp />
      </Frame>
    );
  }
  return (
    <Frame key={app.value.id}>
      <Screens />
    </Frame>
  );
}

/** Whether a path can be read at all: an address may be cut off in the middle of a letter, and no route could take it. */
function isReadable(path: string): boolean {
  try {
    return decodeURIComponent(path) !== '';
  } catch {
    return false;
  }
}

if (!isReadable(location.pathname)) history.replaceState(null, '', '/console');
const root = document.getElementById('app');
if (root) {
  render(
    <LocationProvider scope="/console">
      <Console />
    </LocationProvider>,
    root,
  );
}
if (!isShared) void look();
