/**
 * How much longer random tests, races and crashes go on than in an ordinary run, where each of the many runs adds its own share:
 * `PADDLES_TEST_EFFORT=5 npm test` is for a release.
 */
export const effort = Number(process.env.PADDLES_TEST_EFFORT ?? 1);

// With none, loops would end before they have tried anything.
if (!Number.isInteger(effort) || effort < 1) throw new Error('PADDLES_TEST_EFFORT must be a whole number from 1 on');
