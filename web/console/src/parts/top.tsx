/** The line above every screen: where one is, whether it is live, and in which zone. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { asCurl } from '../api/calls.ts';
import { health } from '../feed/hub.ts';
import { time } from '../time/format.ts';
import { allZones, ownZone, setZone, zone, zoneOffset } from '../time/zone.ts';
import { words } from '../words/frame.ts';
import { Dialog } from './dialog.tsx';
import { Icon } from './icon.tsx';
import { Menu } from './menu.tsx';

export function Top({ children, live = false }: { children: ComponentChildren; live?: boolean }) {
  return (
    <header class="topbar">
      {children}
      <span class="end">
        {(live || health.value.at === 'lost') && <Live />}
        <Calls />
        <Zone />
      </span>
    </header>
  );
}

function Live() {
  const now = health.value;
  if (now.at === 'live') return <span class="state live">{words.live}</span>;
  if (now.at !== 'lost') return <span class="state">{words.opening}</span>;
  return (
    <span class="state lost" title={words.lostMore} role="status">
      <Icon name="clock" />
      {words.lost(time(now.since, zone.value))}
    </span>
  );
}

/** The requests of this screen, as commands. */
function Calls() {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" class="button quiet square calls" title={words.asCall} aria-label={words.asCall} onClick={() => setOpen(true)}>
        <Icon name="code" />
      </button>
      {open && (
        <Dialog title={words.asCall} close={() => setOpen(false)}>
          <p class="soft">{words.asCallMore}</p>
          <pre class="code">{[`BASE=${location.origin}`, ...asCurl()].join('\n')}</pre>
        </Dialog>
      )}
    </>
  );
}

export function Zone() {
  const [typed, setTyped] = useState('');
  const [wrong, setWrong] = useState(false);
  const label = (
    <>
      <span class="zone-name">{zone.value}</span> <span class="faint">{zoneOffset.value}</span>
    </>
  );
  return (
    <Menu label={label} title={words.zone(zone.value)} class="button quiet" end>
      {(close) => (
        <div class="menu">
          {[...new Set([ownZone, 'UTC'])].map((name) => (
            <button
              key={name}
              type="button"
              aria-current={zone.value === name}
              onClick={() => {
                setZone(name);
                close();
              }}
            >
              {name} {name === ownZone && <span class="faint">{words.ownZone}</span>}
            </button>
          ))}
          <form
            class="form"
            onSubmit={(event) => {
              event.preventDefault();
              setWrong(!setZone(typed));
              if (setZone(typed)) close();
            }}
          >
            <label>
              {words.anyZone}
              <input list="zones" value={typed} onInput={(event) => setTyped(event.currentTarget.value)} aria-invalid={wrong} />
            </label>
            <datalist id="zones">
              {allZones().map((name) => (
                <option key={name} value={name} />
              ))}
            </datalist>
          </form>
        </div>
      )}
    </Menu>
  );
}
