import type { Reporter, TestModule, TestRunEndReason } from 'vitest/node';

/** Prints `N passed, N failed` as the last line. A file that cannot be loaded counts as a failure. */
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
    // A filter that matches no test counts as a failure.
    const isEmpty = count.passed === 0 && count.failed === 0;
    if (isEmpty || (reason !== 'passed' && count.failed === 0)) count.failed = 1;
    // Printed after the output of the other reporters and the teardown, which can still fail.
    process.once('exit', (code) => {
      if (code !== 0 && count.failed === 0) count.failed = 1;
      if (count.failed > 0) process.exitCode = 1;
      process.stdout.write(`\n${count.passed} passed, ${count.failed} failed\n`);
    });
  }
}
