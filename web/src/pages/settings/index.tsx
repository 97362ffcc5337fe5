import { Link } from 'wouter';
import { pagePath } from '../../../../src/core/paths.ts';
import { useTitle } from '../../app/title.ts';
import { zoneName } from '../../lib/format.ts';
import { type Preferences, setPreference, usePreferences } from '../../lib/preferences.ts';
import { You } from './you.tsx';

/** Who the person is, and the settings, which this browser stores. */
export default function Settings() {
  useTitle('Settings');
  return (
    <div className="document">
      <h1>Settings</h1>
      <You />
      <p>
        <Link href={pagePath.notifications()}>Notifications</Link> tell people of runs, new causes and suspect nodes.
      </p>
      <p className="quiet">The other settings are stored in this browser.</p>
      <Choices
        name="theme"
        title="Theme"
        options={[
          ['auto', 'same as the system'],
          ['light', 'light'],
          ['dark', 'dark'],
        ]}
      />
      <Choices
        name="density"
        title="Row height"
        options={[
          ['compact', 'compact'],
          ['comfortable', 'comfortable'],
        ]}
      />
      <Choices
        name="zone"
        title="Times"
        options={[
          ['local', `local time (${zoneName('local')})`],
          ['utc', 'UTC'],
        ]}
      />
      <Choices
        name="keys"
        title="Single-key shortcuts"
        options={[
          [true, 'on (j, k, /, …)'],
          [false, 'off'],
        ]}
      />
    </div>
  );
}

interface ChoicesProps<Key extends keyof Preferences> {
  name: Key;
  title: string;
  options: [Preferences[Key], string][];
}

function Choices<Key extends keyof Preferences>({ name, title, options }: ChoicesProps<Key>) {
  const current = usePreferences()[name];
  return (
    <fieldset className="choices">
      <legend>{title}</legend>
      {options.map(([value, label]) => (
        <label key={label} className="choice">
          <input type="radio" name={name} checked={value === current} onChange={() => setPreference(name, value)} />{' '}
          {label}
        </label>
      ))}
    </fieldset>
  );
}
