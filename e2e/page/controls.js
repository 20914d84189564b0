// What can be clicked on the page, and what is on it: through all shadow roots, as somebody sees it.
(() => {
  /** They change by themselves, or hold what does. */
  const RESTLESS = ['rtk-clock', 'rtk-audio-visualizer', 'rtk-network-indicator', 'video', 'canvas', 'audio', 'style', 'script', 'svg'];
  const isControl = (el) => el.localName === 'button' || el.localName === 'rtk-menu-item' || ['button', 'menuitem', 'tab', 'switch'].includes(el.getAttribute('role'));

  /** Every element, with the components around it. */
  function* all(root, hosts = []) {
    for (const el of root.querySelectorAll('*')) {
      if (RESTLESS.includes(el.localName)) continue;
      yield [el, hosts];
      if (el.shadowRoot) yield* all(el.shadowRoot, [...hosts, el]);
    }
  }

  function isVisible(el) {
    const { width, height } = el.getBoundingClientRect();
    return width > 0 && height > 0 && el.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  }

  /** What a click at that point hits, from the inside out. */
  function hit(x, y) {
    let at = document.elementFromPoint(x, y);
    for (let inner = at; inner; ) {
      at = inner;
      inner = at.shadowRoot?.elementFromPoint(x, y);
      if (inner === at) break;
    }
    const chain = [];
    for (let el = at; el; el = el.assignedSlot ?? el.parentElement ?? el.getRootNode().host) chain.push(el);
    return chain;
  }

  const textOf = (el) => {
    const text = [el.textContent, ...[...el.querySelectorAll('*'), el].filter((one) => one.shadowRoot).map((one) => one.shadowRoot.textContent)].join(' ');
    return text.replaceAll(/\s+/g, ' ').trim().slice(0, 40);
  };

  /** `{key, x, y}` of each control that somebody can click now. */
  window.controls = () => {
    const seen = new Map();
    const found = [];
    for (const [el, hosts] of all(document)) {
      if (!isControl(el) || el.disabled || el.hasAttribute('disabled') || hosts.some((host) => host.disabled === true)) continue;
      if (!isVisible(el)) continue;
      // What is chosen already, a tab say, may do nothing.
      if ([el, hosts.at(-1)].some((one) => one?.classList.contains('active'))) continue;
      // A control in a control is one.
      if (hosts.some((host) => isControl(host))) continue;
      const { left, top, width, height } = el.getBoundingClientRect();
      const [x, y] = [left + width / 2, top + height / 2];
      const under = hit(x, y);
      const host = hosts.at(-1);
      // Text in a slot is the component's own, not the button's in it.
      if (!under.includes(el) && under[0] !== host) continue;
      const place = hosts.map((host) => host.localName).filter((name) => !['rtk-button', 'rtk-controlbar-button', 'rtk-tooltip'].includes(name)).slice(-2).join('>');
      const label = el.getAttribute('aria-label') || el.title || textOf(el) || (host && (host.title || host.textContent.trim().slice(0, 40)));
      const name = `${place}: ${label || el.className || el.localName}`;
      const n = seen.get(name) ?? 0;
      seen.set(name, n + 1);
      found.push({ key: n ? `${name} #${n + 1}` : name, x, y });
    }
    return found;
  };

  /** Everything that can be told of the page without looking at pictures that move. */
  window.looks = () => {
    const lines = [];
    for (const [el] of all(document)) {
      if (!isVisible(el)) continue;
      const own = [...el.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data.trim()).join('');
      const state = ['class', 'aria-pressed', 'aria-expanded', 'aria-selected', 'aria-checked', 'variant', 'value'].map((name) => el.getAttribute(name) ?? '').join('|');
      lines.push(`${el.localName} ${state} ${own}`);
    }
    const self = window.meeting?.self;
    const told = self && [self.audioEnabled, self.videoEnabled, self.screenShareEnabled, self.roomState, self.stageStatus, self.isPinned];
    return JSON.stringify([told, document.fullscreenElement !== null, document.pictureInPictureElement !== null, lines]);
  };
})();
