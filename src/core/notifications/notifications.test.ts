import { describe, expect, test } from 'vitest';
import { noJobs } from '../run.ts';
import { bodyIn, messageOf, type NewCause, pageLinks, type RunNews, runFacts } from './message.ts';
import { concernsMachines, failsTooLong, nextAttempt, shownTarget, targetProblem } from './subscription.ts';

const cause = (id: string, title: string, jobs: number): NewCause => {
  return {
    id,
    title,
    jobs,
    class: 'product',
    verdict: 'NEW',
    sentence: `${jobs} of 500 jobs here.`,
    error: null,
    href: null,
  };
};
const row = {
  ...{ name: 'run-1', status: 'finished fail', suite: 'rados', branch: 'main', user: 'ana', machine_type: 'smithi' },
  ...{ sha1: null, scheduled: 0, started: null, updated: null, ...noJobs(), pass: 440, fail: 55, dead: 5 },
};
const news = (causes: NewCause[], event: RunNews['event'] = 'run_finished'): RunNews => {
  const run = runFacts(row, pageLinks('https://lab.example/').run('run-1'));
  return { event, run, new_causes: causes, new_causes_total: causes.length };
};
const text = (of: RunNews) => bodyIn('mail', messageOf(of, 0).body);

describe('a message', () => {
  test('has the results, the first new causes, and a link', () => {
    const causes = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((id, at) => cause(id, `cause ${id}`, 9 - at));
    expect(text(news(causes)).split('\n')).toEqual([
      'run-1 https://lab.example/ui/runs/run-1',
      '60 of 500 jobs failed (5 dead), 7 new causes. rados on main by ana',
      ...causes.slice(0, 5).map(({ title, jobs }) => `• ${title} (${jobs} jobs): ${jobs} of 500 jobs here.`),
      'and 2 more new causes',
    ]);
    expect(messageOf(news([]), 0).title).toBe('rados on main: 60 of 500 jobs failed (5 dead), no new causes');
    const passed = { ...news([]), run: runFacts({ ...row, ...noJobs(), pass: 1 }, null) };
    expect(text(passed)).toBe('run-1\nall 1 job passed. rados on main by ana');
  });

  test('has one line for each object, even with line breaks in its name', () => {
    const hostile = news([cause('a', 'one\r\nBcc: all@example.com\n\n• another', 2)]);
    expect(text(hostile)).toContain('• one Bcc: all@example.com • another (2 jobs)');
    const { title } = messageOf({ ...hostile, run: { ...hostile.run, suite: 'a\nb', branch: '\u0000' } }, 0);
    expect(title).toMatch(/^a b: 60 of/);
    expect(text(news([cause('a', 'x'.repeat(9000), 2)])).length).toBeLessThan(500);
  });

  test('contains no injected markup in Slack', () => {
    const bad = '<!here> & <https://bad.example|good>';
    const body = bodyIn('slack', messageOf(news([{ ...cause('a', bad, 2), error: `\n${bad}` }]), 0).body);
    const { text: said } = JSON.parse(body) as { text: string };
    expect(said.match(/<[^>]*>/g)).toEqual(['<https://lab.example/ui/runs/run-1|run-1>']);
    expect(said).toContain('jobs here. Log: &lt;!here&gt; &amp;');
  });
});

test('a message that an earlier version stored keeps its format', () => {
  for (const body of ['All 1 job passed.', '{"text":"all 1 job passed"}'])
    expect([bodyIn('slack', body), bodyIn('mail', body)]).toEqual([body, body]);
});

test('a delivery is retried for a day and a half, and a subscription that fails for five days is disabled', () => {
  const times: number[] = [];
  for (let at = 0, attempts = 1; ; attempts++) {
    const next = nextAttempt(attempts, at);
    if (next === null) break;
    times.push((next - at) / 1_000_000);
    at = next;
  }
  expect(times).toEqual([5, 60, 300, 1800, 7200, 21_600, 86_400]);
  expect([4, 5].map((days) => failsTooLong(0, days * 86_400_000_000))).toEqual([false, true]);
});

test('of a filter on runs, only the machine type applies to nodes', () => {
  const of = (filter: string) => concernsMachines(filter, 'smithi');
  expect(['', 'suite:rados', 'machine:smithi s:fail', 'm:smi*', '-m:trial', 'm:trial,smithi'].map(of)).not.toContain(
    false,
  );
  expect(['machine:trial', '-m:smithi', 'm:none'].map(of)).not.toContain(true);
});

test('a target is an http or https URL or mail addresses, and is shown without possible secrets', () => {
  const good = ['https://hooks.slack.com/services/T/B/x', 'http://10.0.0.1:8000', 'http://u:p@lab/'];
  expect(good.map((target) => targetProblem('slack', target))).toEqual([null, null, null]);
  expect(good.map((target) => shownTarget('slack', target))).toEqual([
    'https://hooks.slack.com/…',
    'http://10.0.0.1:8000',
    'http://lab',
  ]);
  for (const bad of [
    'ftp://a/',
    'file:///etc/passwd',
    'javascript:1',
    'http://',
    'http://a b/',
    'http://a/\u0000',
    'http://a/\ud800',
    '',
  ])
    expect([bad, targetProblem('standard', bad)]).toEqual([bad, expect.stringContaining('http')]);
  expect(targetProblem('mail', 'ana@example.com, bob@lab')).toBe(null);
  for (const bad of ['', 'ana', 'ana@example.com\nBcc: x@y', 'Ana <ana@example.com>', 'a@b;c@d', 'a\u0000@b', ','])
    expect([bad, targetProblem('mail', bad)]).toEqual([bad, expect.stringContaining('mail')]);
});
