import type { Reporter, TestModule, TestRunEndReason } from 'vitest/node';

/** Ends a run with one plain line: `N passed, N failed`. A file that could not be loaded counts as a failure. */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[], reason: TestRunEndReason): void {
    const count = { passed: 0, failed: errors.length, skipped: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state !== 'pending') count[state]++;
        else count.failed++;
      }
      if (module.errors().length > 0) count.failed++;
    }
    // A filter that leaves nothing to run must not look like success.
    const isEmpty = count.passed === 0 && count.failed === 0;
    if (isEmpty || (reason !== 'passed' && count.failed === 0)) count.failed = 1;
    const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : '';
    // After everything the other reporter still has to say.
    process.once('exit', () => {
      if (count.failed > 0) process.exitCode = 1;
      process.stdout.write(`\n${count.passed} passed, ${count.failed} failed${skipped}\n`);
    });
  }
}
