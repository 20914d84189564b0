/** The call itself: the official client and UI kit. Loaded only when the server lets somebody in. */
import RealtimeKitClient from '@cloudflare/realtimekit';
// The kit's lazy build: each part is its own file, fetched when it is first shown. (Its documented entry, `loader`,
// is one file of all parts, the livestream player included.)
import '@cloudflare/realtimekit-ui/dist/esm/realtimekit-ui.js';
import type { UIConfig } from '@cloudflare/realtimekit-ui';
import { MAPPED_BASE } from './hosts.ts';
import type { Config } from './config.ts';
import { showStage } from './panel.ts';
import type { Ending } from './words.ts';

/** A meeting as the official client gives it. */
export type Meeting = Awaited<ReturnType<typeof RealtimeKitClient.init>>;

/** States of `roomLeft` that nothing follows; after `disconnected` the client goes on trying by itself. */
const FINAL: readonly string[] = ['left', 'kicked', 'ended', 'rejected', 'failed'] satisfies Ending[];

/** Connects with `authToken`. `onEnd` is called when the stay is over. Rejects as the client's `init()` does. */
export async function connect(authToken: string, config: Config, onEnd: (ending: Ending) => void): Promise<Meeting> {
  const meeting = await RealtimeKitClient.init({
    authToken,
    ...(config.shim
      ? { baseURI: MAPPED_BASE, overrides: { socket_server_base: `socket-edge.${MAPPED_BASE}` } }
      : { baseURI: config.baseURI }),
    defaults: { audio: true, video: true },
    // The client posts its debug log every seven seconds otherwise.
    modules: { devTools: { logs: false, logLevel: 'off' } },
  });
  heed(meeting, onEnd);
  return meeting;
}

function heed(meeting: Meeting, onEnd: (ending: Ending) => void): void {
  meeting.self.on('roomLeft', ({ state }) => {
    if (FINAL.includes(state)) onEnd(state as Ending);
  });
}

/** A second or two is usual. The client asks for the next meeting once, and says nothing more when that comes to nothing. */
const CHANGE_MOST_MS = 20_000;

/** What `follow` tells of. */
interface Following {
  readonly onEnd: (ending: Ending) => void;
  /** The client is in another meeting. */
  readonly onChange: (next: Meeting) => void;
  /** It has left for another meeting, and does not get there. */
  readonly onLost: () => void;
}

/**
 * Goes on with whatever meeting the client goes to: a breakout room, or back. It joins it by itself, and what it was in before is
 * over.
 */
export function follow(meeting: Meeting, following: Following): void {
  let timer: number | undefined;
  meeting.connectedMeetings.on('changingMeeting', () => {
    clearTimeout(timer);
    timer = window.setTimeout(following.onLost, CHANGE_MOST_MS);
  });
  meeting.connectedMeetings.once('meetingChanged', (next: Meeting) => {
    clearTimeout(timer);
    heed(next, following.onEnd);
    follow(next, following);
    following.onChange(next);
  });
}

/** Gives the page to the UI kit: first its set-up screen, then the call. */
export async function showCall(meeting: Meeting): Promise<void> {
  const stage = document.createElement('rtk-meeting');
  stage.mode = 'fill';
  // Set before it is attached: the kit would start with its default design, which asks for a web font.
  stage.meeting = meeting;
  showStage(stage);
  name(meeting);
  await stage.componentOnReady();
  stage.config = withoutIdle(stage.config, meeting);
}

/** Shows another meeting in the place of the one that is shown. */
export function showNext(meeting: Meeting): void {
  const stage = document.querySelector('rtk-meeting');
  if (!stage) return;
  stage.meeting = meeting;
  // The kit has made its own of the preset.
  stage.config = withoutIdle(stage.config, meeting);
  name(meeting);
}

function name(meeting: Meeting): void {
  document.title = meeting.meta.meetingTitle ? `${meeting.meta.meetingTitle} · Sederunt` : 'Sederunt';
}

/** Signs in the header that say nothing outside a livestream, and bring the whole player with them. */
const LIVESTREAM = ['rtk-livestream-indicator', 'rtk-viewer-count'];

/** Plug-ins are objects that the page of an app gives to the client; this page has none to open. */
const PLUGINS = ['rtk-plugins-toggle'];

/** What says nothing in this meeting is not shown. The parts of a place are names, some with what they are given. */
function withoutIdle(config: UIConfig, meeting: Meeting): UIConfig {
  const idle = [...PLUGINS, ...(meeting.meta.viewType === 'LIVESTREAM' ? [] : LIVESTREAM)];
  const isShown = (child: unknown) => !idle.includes(String(Array.isArray(child) ? child[0] : child));
  const root = Object.entries(config.root ?? {}).map(([name, children]) => [
    name,
    Array.isArray(children) ? children.filter(isShown) : children,
  ]);
  return { ...config, root: Object.fromEntries(root) };
}
