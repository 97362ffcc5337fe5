/** Run names of labs are parsed. */
import { describe, expect, test } from 'vitest';
import { parseRunName } from '../src/core/run-name.ts';
import { allData } from './helpers/lab-data.ts';

describe.each(allData)('run names in $name', ({ lines }) => {
  const names = lines('run-names.txt');

  test('are parsed completely, except for a machine type that is missing in the name', () => {
    const incomplete = names.filter((name) => {
      const { scheduled, ...texts } = parseRunName(name);
      return scheduled === null || Object.values(texts).includes('');
    });
    for (const name of incomplete) {
      expect(name).toMatch(/-basic$/);
      expect(Object.values({ ...parseRunName(name), machine_type: 'x' })).not.toContain('');
    }
    expect(incomplete.length).toBeLessThanOrEqual(1);
  });

  test('have users and machine types of the lab, and all parts in order', () => {
    const lab = JSON.parse(lines('lab.json').join('\n')) as Record<'users' | 'machine_types', Record<string, number>>;
    for (const name of names) {
      const { user, suite, branch, machine_type } = parseRunName(name);
      expect(Object.keys(lab.users)).toContain(user);
      expect(['', ...Object.keys(lab.machine_types)]).toContain(machine_type);
      expect(name.startsWith(`${user}-`) && name.includes(`-${suite}-${branch}-`)).toBe(true);
      expect(branch).not.toMatch(/:|-(distro|none|basic|default)$/);
    }
  });
});
