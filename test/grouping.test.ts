/** Signatures group failure reasons like a person did. Precision matters most, because two causes in one group hide one of them. */
import { describe, expect, test } from 'vitest';
import { signatureOf } from '../src/core/signature.ts';
import { copiesOf, nearMissesOf, type Reason, reasonsIn, scoreOf, strayed, wrapped } from './helpers/grouping.ts';
import { allData } from './helpers/lab-data.ts';

describe.each(allData)('failure reasons in $name', (data) => {
  const originals = reasonsIn(data);
  const copies = originals.map((reason) => copiesOf(reason, 10));

  test('are grouped by cause with precision of at least 0.98 and recall of at least 0.92', () => {
    const { precision, recall } = scoreOf(originals);
    expect(precision).toBeGreaterThanOrEqual(0.98);
    expect(recall).toBeGreaterThanOrEqual(0.92);
  });

  test('are grouped as well together with copies that have other hosts, times, numbers, ids and paths', () => {
    expect(copies.filter((list) => list.length > 0).length).toBeGreaterThan(originals.length / 2);
    const { precision, recall } = scoreOf([...originals, ...copies.flat()]);
    expect(precision).toBeGreaterThanOrEqual(0.98);
    expect(recall).toBeGreaterThanOrEqual(0.92);
  });

  test('are each in one group with all of their copies', () => {
    expect(originals.flatMap((reason, at) => strayed(reason, copies[at] ?? []))).toEqual([]);
  });

  test('are the same whatever a client puts around them', () => {
    expect(originals.flatMap((reason) => strayed(reason, wrapped(reason)))).toEqual([]);
  });

  test('are told apart from those with another test, daemon, package, code, action, module or exception', () => {
    const misses = originals.flatMap((reason) => nearMissesOf(reason).map(({ text }) => [reason.text, text] as const));
    expect(misses.length).toBeGreaterThan(originals.length / 2);
    const together = misses.filter(([text, miss]) => signatureOf(text).id === signatureOf(miss).id);
    expect(together.length / misses.length, together.map(([, miss]) => miss).join('\n')).toBeLessThanOrEqual(0.01);
  });
});

describe('the score', () => {
  const reason = (text: string, cause: string): Reason => ({ text, cause });

  test('has less precision when two causes share a signature', () => {
    const mixed = [reason('File is closed', 'a'), reason('File is closed', 'b'), reason('File is closed', 'b')];
    expect(scoreOf(mixed)).toEqual({ precision: 1 / 3, recall: 1 });
  });

  test('has less recall when one cause has two signatures', () => {
    const split = [reason('File is closed', 'a'), reason('File is open', 'a'), reason('File is open', 'a')];
    expect(scoreOf(split)).toEqual({ precision: 1, recall: 1 / 3 });
  });

  test('is measured with copies that differ but are the same every time', () => {
    const original = reason('Failed to reconnect to smithi155', 'a');
    const copies = copiesOf(original, 5);
    expect(new Set(copies.map(({ text }) => text)).size).toBe(5);
    for (const { text } of copies) expect(text).toMatch(/^Failed to reconnect to smithi\d{3}$/);
    expect(copiesOf(original, 5)).toEqual(copies);
    expect(copiesOf(reason('File is closed', 'a'), 5)).toEqual([]);
    expect(strayed(original, [...copies, reason('File is closed', 'a')])).toEqual([reason('File is closed', 'a')]);
  });
});
