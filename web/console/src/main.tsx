/** The console: who is signed in, and the screen of the address. */
import { render } from 'preact';
import { ErrorBoundary, LocationProvider, Route, Router, lazy, useLocation } from 'preact-iso';
import { useEffect } from 'preact/hooks';
import { forget } from './api/calls.ts';
import { Frame } from './frame.tsx';
import { Sessions } from './screens/sessions.tsx';
import { SignIn } from './screens/sign-in.tsx';
import { app, look, who } from './session.ts';
import { words } from './words/frame.ts';

const Session = lazy(() => import('./screens/session.tsx'));
const Attendance = lazy(() => import('./screens/attendance.tsx'));
const Shared = lazy(() => import('./screens/shared.tsx'));

/** Whoever has a link is nobody here, and sees nothing else. */
const isShared = location.pathname === '/console/shared';
const Overview = lazy(() => import('./screens/overview.tsx'));
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
        <Route path="/console/usage" component={Usage} />
        <Route path="/console/people" component={People} />
        <Route path="/console/people/:key" component={Person} />
        <Route path="/console/sessions" component={Sessions} />
        <Route path="/console/sessions/:id" component={Session} />
        <Route path="/console/sessions/:id/:tab" component={Session} />
        <Route path="/console/attendance" component={Attendance} />
        <Route default component={ToOverview} />
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
        <div class="empty">
          <h2>{words.noApp}</h2>
          <p>{words.noAppMore}</p>
        </div>
      </Frame>
    );
  }
  return (
    <Frame key={app.value.id}>
      <Screens />
    </Frame>
  );
}

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
