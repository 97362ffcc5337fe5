import { expect, test } from 'vitest';
import { fileAddress } from '../../src/http/ui/files.ts';

test.each([
  ['/ui/runs.json', '/api/runs.json'],
  ['/ui/runs.csv?', '/api/runs.csv'],
  ['/ui/runs.csv?q=s:fail+suite:rados&group=day&cols=name', '/api/runs.csv?q=s:fail+suite:rados'],
  ['/ui/runs.json?sort=-fail&wrong=x', '/api/runs.json?sort=-fail&wrong=x'],
  ['/ui/runs/a%2Fb/jobs.csv?q=is:new&sort=status&sel=1&rail=1&view=jobs', '/api/runs/a%2Fb/jobs.csv?q=is:new'],
  ['/ui/runs/x.csv', '/ui/runs/x.csv'],
  ['/ui/runs/a/jobs/jobs.csv', '/ui/runs/a/jobs/jobs.csv'],
  ['/ui/runs.xml', '/ui/runs.xml'],
  ['/runs.json', '/runs.json'],
])('%s is the file %s', (address, file) => {
  expect(fileAddress(address)).toBe(file);
});
