import { expect, test } from 'vitest';
import { answerOf, stateOf } from './facts.ts';

test('a delivery and a subscription are described in words', () => {
  expect(answerOf({ status: 'waiting', answer_code: null, error: null })).toBe('');
  expect(answerOf({ status: 'waiting', answer_code: 500, error: 'answered 500' })).toBe('answered 500');
  expect(answerOf({ status: 'delivered', answer_code: 204, error: null })).toBe('204');
  expect(stateOf({ enabled: true, problem: null })).toBe('on');
  expect(stateOf({ enabled: true, problem: 'answered 500' })).toBe('failing');
  expect(stateOf({ enabled: false, problem: 'answered 500' })).toBe('off');
});
