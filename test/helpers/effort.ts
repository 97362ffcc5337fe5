/**
 * A factor by which random tests, races and crash tests are longer than in an ordinary run, which relies on being repeated often. Use
 * `PADDLES_TEST_EFFORT=5 npm test` for a release.
 */
export const effort = Number(process.env.PADDLES_TEST_EFFORT ?? 1);

// With 0, loops would end before they have tested anything.
if (!Number.isInteger(effort) || effort < 1) throw new Error('PADDLES_TEST_EFFORT must be a whole number from 1 on');
