import { Link, useLocation } from 'wouter';
import { pagePath } from '../../../src/core/paths.ts';
import { ago, clockTime, zoneName } from '../lib/format.ts';
import { useLiveState } from '../lib/live.ts';
import { usePreferences } from '../lib/preferences.ts';
import { useMinute } from '../ui/Time.tsx';
import { switchZone } from './Shell.tsx';

const list = { 'j k': 'move', o: 'open' };
const filter = { '/': 'filter' };
const link = { 'y u': 'copy link' };

/** What can be done on a page and with which keys, the most specific address first. */
const hints: [page: RegExp, hints: Record<string, string>][] = [
  [/^\/runs\/[^/]+\/jobs\/[^/]+\/log/, { '/': 'find', n: 'next place', e: 'next error', ...link }],
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

/** Keyboard hints, how up to date the page is, and the time zone. */
export function Footer() {
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
  // Updated once a minute: a footer that counts seconds distracts.
  const text = now > heard ? ` · ${ago(heard, now)}` : '';
  return (
    <span>
      <span aria-hidden="true">{state === 'live' ? '● ' : '◌ '}</span>
      {state}
      {text}
    </span>
  );
}
