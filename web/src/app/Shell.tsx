/** The frame of every page: the header, the footer, the jump box and the keys that work everywhere. */
import { useEffect, useRef, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { pagePath } from '../../../src/core/paths.ts';
import { ago, clockTime, zoneName } from '../lib/format.ts';
import { useKeys } from '../lib/keys.ts';
import { useLiveState } from '../lib/live.ts';
import { shownTheme, usePreferences } from '../lib/preferences.ts';
import { useSession } from '../lib/session.ts';
import { Button } from '../ui/Button.tsx';
import { copyWithToast } from '../ui/Copy.tsx';
import { Icon } from '../ui/Icon.tsx';
import { useMinute } from '../ui/Time.tsx';
import { Toasts } from '../ui/Toast.tsx';
import { JumpBox } from './JumpBox.tsx';
import { Pages, places } from './router.tsx';
import { switchTheme, switchZone } from './switches.ts';

const skips: [string, string][] = [
  ['Skip to content', '#main'],
  ['Skip to filter', '.filter-input'],
  ['Skip to list', '.grid-row[tabindex="0"]'],
];

/** The whole dashboard. */
export function Shell() {
  const [jumping, setJumping] = useState(false);
  const [, navigate] = useLocation();
  useKeys({
    'mod+k': () => setJumping(true),
    ...Object.fromEntries(places.map(([, keys, path]) => [keys, () => navigate(path)])),
    '?': () => navigate(pagePath.help()),
    'y u': () => void copyWithToast(location.href, 'the address'),
    D: switchTheme,
    U: switchZone,
    '[': () => document.querySelector<HTMLElement>('.grid-row[tabindex="0"]')?.focus(),
  });
  usePageFocus();
  return (
    <>
      <nav className="skip-links" aria-label="Skip links">
        {skips.map(([title, selector]) => (
          <button key={title} type="button" onClick={() => document.querySelector<HTMLElement>(selector)?.focus()}>
            {title}
          </button>
        ))}
      </nav>
      <Header onJump={() => setJumping(true)} />
      <main id="main" tabIndex={-1} data-scroller="">
        <Pages />
      </main>
      <Footer />
      <JumpBox open={jumping} onClose={() => setJumping(false)} />
      <Toasts />
    </>
  );
}

function Header({ onJump }: { onJump: () => void }) {
  const [path] = useLocation();
  usePreferences();
  const dark = shownTheme() === 'dark';
  return (
    <header className="header">
      <Link href={pagePath.runs()} className="brand">
        paddles
      </Link>
      <nav aria-label="Pages">
        {places.map(([title, , href]) => (
          <Link key={href} href={href} aria-current={path.startsWith(href) ? 'page' : undefined}>
            {title}
          </Link>
        ))}
      </nav>
      <div className="header-tools">
        <Button onClick={onJump}>
          <Icon name="search" /> Jump to… <kbd>{isMac ? '⌘K' : 'Ctrl K'}</kbd>
        </Button>
        <button
          type="button"
          className="icon-button"
          aria-label={dark ? 'Light theme' : 'Dark theme'}
          title={`${dark ? 'Light' : 'Dark'} theme (D)`}
          onClick={switchTheme}
        >
          <Icon name={dark ? 'sun' : 'moon'} />
        </button>
        <Who />
        <Link href={pagePath.settings()}>Settings</Link>
      </div>
    </header>
  );
}

function Who() {
  const session = useSession();
  if (!session?.name) return null;
  const { name, verified } = session;
  return (
    <span title={verified ? `signed in as ${name}` : `${name}, not verified`}>
      {name}
      {!verified && <span className="quiet"> (not verified)</span>}
    </span>
  );
}

const isMac = navigator.platform.startsWith('Mac');

/** Scrolls a new page to the top and moves the focus there, which screen readers follow. */
function usePageFocus(): void {
  const [path] = useLocation();
  const before = useRef(path);
  useEffect(() => {
    const main = document.getElementById('main');
    // The page of a node adds the domain to the name in its URL, which does not make it a new page.
    const isNew = path !== before.current && !path.startsWith(`${before.current}.`);
    before.current = path;
    if (main === null || !isNew) return;
    main.scrollTop = 0;
    main.focus({ preventScroll: true });
  }, [path]);
}

const list = { 'j k': 'move', o: 'open' };
const filter = { '/': 'filter' };
const link = { 'y u': 'copy link' };

/** What users can do on a page, with the keys. The most specific path comes first. */
const hints: [page: RegExp, hints: Record<string, string>][] = [
  [/^\/runs\/[^/]+\/jobs\/[^/]+\/log/, { '/': 'find', n: 'next match', e: 'next error', ...link }],
  [
    /^\/runs\/[^/]+\/jobs\//,
    { '1 2 3 4': 'tabs', 'n N': 'next, previous with this cause', l: 'log', 'y r': 'copy reason', ...link },
  ],
  [/^\/runs\/[^/]+\/compare/, { ...list, ...link }],
  [
    /^\/runs\/[^/]+/,
    {
      ...{ 'n p': 'next, previous cause', ...list },
      ...{ x: 'mark', l: 'log', c: 'compare', 'y m': 'copy report', ...filter },
    },
  ],
  [/^\/runs/, { ...list, ...filter, x: 'mark', c: 'compare two', ...link }],
  [/^\/(queue|nodes)/, { ...list, ...link }],
  [/^\/(history|audit)/, { ...filter, ...link }],
  [/^\//, { 'g r': 'runs', 'g h': 'history', 'g q': 'queue', 'g n': 'nodes', ...link }],
];

/** Keyboard hints, the age of the data, and the time zone. */
function Footer() {
  const { keys, zone } = usePreferences();
  const [path] = useLocation();
  const here = hints.find(([page]) => page.test(path))?.[1] ?? {};
  return (
    <footer className="footer">
      {keys && (
        <span className="hints">
          {Object.entries(here).map(([names, what]) => (
            <span key={what}>
              {names.split(' ').map((name) => (
                <kbd key={name}>{name}</kbd>
              ))}{' '}
              {what}
            </span>
          ))}
        </span>
      )}
      <Link href={pagePath.help()}>{keys && <kbd>?</kbd>} Help</Link>
      <Link href={pagePath.audit()}>Changes</Link>
      <span className="footer-end">
        <Freshness />
        <button
          type="button"
          className="footer-button"
          title="Switch between local time and UTC (U)"
          onClick={switchZone}
        >
          {zoneName(zone)}
        </button>
      </span>
    </footer>
  );
}

function Freshness() {
  const { state, since, heard } = useLiveState();
  const { zone } = usePreferences();
  const now = useMinute();
  if (state === 'offline') return <span>✕ offline since {clockTime(since, zone)}</span>;
  if (state === 'idle') return null;
  // Updated once a minute, because a footer that counts seconds is distracting.
  const text = now > heard ? ` · ${ago(heard, now)}` : '';
  return (
    <span>
      <span aria-hidden="true">{state === 'live' ? '● ' : '◌ '}</span>
      {state}
      {text}
    </span>
  );
}
