import { useTitle } from '../../app/title.ts';
import { zoneName } from '../../lib/format.ts';
import { type Preferences, setPreference, usePreferences } from '../../lib/preferences.ts';

/** What a person can choose, kept in this browser. */
export default function Settings() {
  useTitle('Settings');
  return (
    <div className="document">
      <h1>Settings</h1>
      <p className="quiet">Kept in this browser.</p>
      <Choices
        name="theme"
        title="Theme"
        options={[
          ['auto', 'as the system'],
          ['light', 'light'],
          ['dark', 'dark'],
        ]}
      />
      <Choices
        name="density"
        title="Rows"
        options={[
          ['compact', 'compact, 28 px'],
          ['comfortable', 'comfortable, 36 px'],
        ]}
      />
      <Choices
        name="zone"
        title="Times"
        options={[
          ['local', `of this place (${zoneName('local')})`],
          ['utc', 'UTC'],
        ]}
      />
      <Choices
        name="keys"
        title="Single keys"
        options={[
          [true, 'act (j, k, /, …)'],
          [false, 'do nothing'],
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
