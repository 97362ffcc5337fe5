import { expect, test } from 'vitest';
import { fileAddress } from '../../src/http/ui/files.ts';

test.each([
  ['/ui/runs.json', '/api/runs.json'],
  ['/ui/runs.csv?', '/api/runs.csv'],
  ['/ui/runs.csv?q=s:fail+suite:rados&group=day&cols=name', '/api/runs.csv?q=s:fail+suite:rados'],
  ['/ui/runs.json?sort=-fail&wrong=x', '/api/runs.json?sort=-fail&wrong=x'],
  ['/ui/runs/a%2Fb/jobs.csv?q=is:new&sort=status&sel=1&rail=1&view=jobs', '/api/runs/a%2Fb/jobs.csv?q=is:new'],
  ['/ui/runs/x.csv', '/ui/runs/x.csv'],
  ['/ui/runs.md?q=s:fail', '/api/runs.md?q=s:fail'],
  ['/ui/runs/a-2026-11-23_09:00:00-b.md?base=main&q=s:fail', '/api/runs/a-2026-11-23_09:00:00-b/verdicts.md?base=main'],
  ['/ui/runs/a-2026-11-23_09:00:00-b.json', '/api/runs/a-2026-11-23_09:00:00-b/page'],
  ['/ui/runs/a-2026-11-23_09:00:00-b.csv?q=s:fail', '/api/runs/a-2026-11-23_09:00:00-b/jobs.csv?q=s:fail'],
  ['/ui/runs/a/jobs/7.json?view=config', '/api/runs/a/jobs/7'],
  ['/ui/runs/a/compare.json?with=b&change=fixed', '/api/runs/a/compare?with=b'],
  ['/ui/history.json?suite=rados&q=x', '/api/history?suite=rados'],
  ['/ui/nodes.json?view=results', '/api/nodes'],
  ['/ui/nodes/smithi001.json', '/api/nodes/smithi001'],
  ['/ui/causes/4f2a00bc.json', '/api/causes/4f2a00bc'],
  ['/ui/audit.csv?q=by:ana', '/api/audit.csv?q=by:ana'],
  ['/ui/queue.json', '/api/queue'],
  ['/ui/queue.csv', '/ui/queue.csv'],
  ['/ui/runs/a/jobs/jobs.csv', '/ui/runs/a/jobs/jobs.csv'],
  ['/ui/runs.xml', '/ui/runs.xml'],
  ['/runs.json', '/runs.json'],
])('%s is the file %s', (address, file) => {
  expect(fileAddress(address)).toBe(file);
});
