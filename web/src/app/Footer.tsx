import { Link } from 'wouter';
import { pagePath } from '../../../src/core/paths.ts';
import { ago, clockTime, zoneName } from '../lib/format.ts';
import { usePreferences } from '../lib/preferences.ts';
import { useMinute } from '../ui/Time.tsx';
import { useLiveState } from './live.ts';
import { switchZone } from './Shell.tsx';

const hints: [string[], string][] = [
  [['j', 'k'], 'move'],
  [['o'], 'open'],
  [['/'], 'filter'],
  [['y', 'u'], 'copy link'],
];

/** Keyboard hints, how up to date the page is, and the time zone. */
export function Footer() {
  const { keys, zone } = usePreferences();
  return (
    <footer className="footer">
      {keys && (
        <span className="hints">
          {hints.map(([names, what]) => (
            <span key={what}>
              {names.map((name) => (
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
