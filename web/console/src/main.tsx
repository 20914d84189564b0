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
const Meetings = lazy(() => import('./screens/meetings.tsx'));
const Meeting = lazy(() => import('./screens/meeting.tsx'));
const Webhooks = lazy(() => import('./screens/webhooks.tsx'));
const Webhook = lazy(() => import('./screens/webhook.tsx'));
const Tokens = lazy(() => import('./screens/tokens.tsx'));
const Apps = lazy(() => import('./screens/apps.tsx'));
const System = lazy(() => import('./screens/system.tsx'));

/** An address that leads nowhere, and that of the sign-in, lead to the list. */
function ToList() {
  const { route } = useLocation();
  useEffect(() => route('/console/sessions', true), []);
  return null;
}

function Screens() {
  return (
    <ErrorBoundary>
      <Router onRouteChange={forget}>
        <Route path="/console/sessions" component={Sessions} />
        <Route path="/console/sessions/:id" component={Session} />
        <Route path="/console/sessions/:id/:tab" component={Session} />
        <Route path="/console/meetings" component={Meetings} />
        <Route path="/console/meetings/:id" component={Meeting} />
        <Route path="/console/webhooks" component={Webhooks} />
        <Route path="/console/webhooks/:id" component={Webhook} />
        <Route path="/console/tokens" component={Tokens} />
        <Route path="/console/apps" component={Apps} />
        <Route path="/console/system" component={has('system') ? System : ToList} />
        <Route default component={ToList} />
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

const root = document.getElementById('app');
if (root) {
  render(
    <LocationProvider scope="/console">
      <Console />
    </LocationProvider>,
    root,
  );
}
void look();
