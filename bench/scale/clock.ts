/** Loaded into the server under test with `--import`: its clock stands where the data ends, so that "the last 14 days" are full. */
const wanted = Number(process.env.BENCH_CLOCK);
const real = Date.now;
const ahead = wanted - real();
Date.now = () => real() + ahead;
